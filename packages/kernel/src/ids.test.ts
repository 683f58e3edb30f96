import { expect, test } from 'vitest'
import { addMs } from './clock.ts'
import { createIds, idPrefixes } from './ids.ts'

const start = new Date('2026-01-01T00:00:00Z')

test('ids made later sort after earlier ones, byte by byte', () => {
  let now = start
  const newId = createIds({ clock: { now: () => now } })
  const made = Array.from({ length: 200 }, (_, at) => {
    now = addMs(start, at * 997)
    return newId('event')
  })
  expect(made.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(made)
})

test('ids made in one millisecond never repeat', () => {
  const newId = createIds({ clock: { now: () => start } })
  expect(new Set(Array.from({ length: 20_000 }, () => newId('request'))).size).toBe(20_000)
})

test('an id is its prefix and 24 base62 characters', () => {
  expect(createIds({ clock: { now: () => start } })('payment_intent')).toMatch(/^pi_[0-9A-Za-z]{24}$/)
})

test('no two kinds of id share a prefix', () => {
  const prefixes = Object.values(idPrefixes)
  expect(new Set(prefixes).size).toBe(prefixes.length)
})

test('the same random bytes give the same ids, so that a seeded test can be repeated', () => {
  const seeded = () => createIds({ clock: { now: () => start }, random: (size) => new Uint8Array(size).fill(7) })
  expect(seeded()('charge')).toBe(seeded()('charge'))
})

test('bytes that would favour some digits are dropped', () => {
  let calls = 0
  const random = (size: number) => new Uint8Array(size).fill(calls++ < 2 ? 255 : 0)
  expect(createIds({ clock: { now: () => start }, random })('charge')).toMatch(/0{16}$/)
})
