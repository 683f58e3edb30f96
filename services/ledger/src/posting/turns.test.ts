import type { Fault } from '@micro/kernel'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('work of one name runs one at a time and in order, also after work that failed; other names do not wait', async () => {
  const { take: inTurn } = createTurns()
  const gate = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = inTurn('a', async () => {
    seen.push('a1 begins')
    await gate.promise
    seen.push('a1 fails')
    throw new Error('a1')
  })
  const second = inTurn('a', async () => void seen.push('a2'))
  await inTurn('b', async () => void seen.push('b1'))
  gate.resolve()
  await expect(first).rejects.toThrow('a1')
  await second
  expect(seen).toEqual(['a1 begins', 'b1', 'a1 fails', 'a2'])
})

test('of more than a thousand in one line the rest are told that the ledger is busy', async () => {
  const { take: inTurn, waiting: waitingNow } = createTurns()
  const gate = Promise.withResolvers<void>()
  const waiting = Array.from({ length: 1_000 }, () => inTurn('a', () => gate.promise))
  expect(waitingNow()).toBe(999)
  await expect(inTurn('a', () => gate.promise)).rejects.toMatchObject({ code: 'ledger_busy' } satisfies Partial<Fault>)
  gate.resolve()
  await Promise.all(waiting)
  expect(waitingNow()).toBe(0)
  await expect(inTurn('a', async () => 1)).resolves.toBe(1)
})
