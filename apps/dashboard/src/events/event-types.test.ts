import { eventObjects } from '@micro/contracts'
import { expect, test } from 'vitest'
import { eventTypes, typeGroups } from './event-types.ts'

test('every type of event that Micro emits can be chosen', () =>
  expect(eventTypes.toSorted()).toEqual(Object.keys(eventObjects).toSorted()))

test('each type is in one group, whose filter names it', () => {
  expect(typeGroups.flatMap(({ types }) => types)).toHaveLength(eventTypes.length)
  expect(typeGroups.find(({ filter }) => filter === 'refund.*')?.types).toEqual([
    'refund.created',
    'refund.updated',
    'refund.failed',
  ])
})
