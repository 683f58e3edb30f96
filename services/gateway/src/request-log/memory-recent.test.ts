import { describe, expect, test } from 'vitest'
import { newTenant, recentConformance, requestOf } from './conformance.ts'
import { memoryRecent } from './memory-recent.ts'

describe('conforms', () => recentConformance((max) => Promise.resolve(memoryRecent({ max }))))

test('of many merchants those that were silent for longest are forgotten', async () => {
  const recent = memoryRecent({ max: 10 })
  const [first, second] = [newTenant(), newTenant()]
  recent.keep(first, requestOf(1))
  recent.keep(second, requestOf(2))
  recent.keep(first, requestOf(3))
  for (let n = 0; n < 49; n++) recent.keep(newTenant(), requestOf(n))
  expect(await recent.read(first)).toHaveLength(2)
  expect(await recent.read(second)).toEqual([])
})
