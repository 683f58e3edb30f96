import { expect, test } from 'vitest'
import { createCursor } from './cursor.ts'

test('the position is the last event up to which all are handled, in whatever order they finish', () => {
  const cursor = createCursor(10)
  for (const seq of [11, 12, 13]) expect(cursor.receive(seq, `evt_${seq}`)).toBe('new')
  expect(cursor.position).toBe(10)
  cursor.handled(12)
  expect(cursor.position).toBe(10)
  cursor.handled(11)
  expect(cursor.position).toBe(12)
  cursor.handled(13)
  expect(cursor.position).toBe(13)
})

for (const [seq, verdict] of [
  [0, 'repeated'],
  [10, 'repeated'],
  [11, 'new'],
  [12, 'gap'],
] as const)
  test(`after 10, ${seq} is ${verdict}`, () => expect(createCursor(10).receive(seq, 'evt_x')).toBe(verdict))

test('a gap notes nothing until it is skipped on purpose', () => {
  const cursor = createCursor(10)
  cursor.receive(13, 'evt_13')
  expect(cursor.received).toBe(10)
  cursor.skipTo(13, 'evt_13')
  expect([cursor.received, cursor.position]).toEqual([13, 12])
  cursor.handled(13)
  expect(cursor.position).toBe(13)
})

test('the event at the position is known by its id, once it was received here', () => {
  const cursor = createCursor(10)
  expect(cursor.positionEvent).toBe(undefined)
  for (const seq of [11, 12, 13]) cursor.receive(seq, `evt_${seq}`)
  expect(cursor.positionEvent).toBe(undefined)
  cursor.handled(12)
  cursor.handled(11)
  expect([cursor.position, cursor.positionEvent]).toEqual([12, 'evt_12'])
  cursor.handled(13)
  expect([cursor.position, cursor.positionEvent]).toEqual([13, 'evt_13'])
})
