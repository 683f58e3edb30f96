import { expect, test } from 'vitest'
import type { BookKey } from '../books/book.ts'
import { createYieldingSeats } from './yielding-seats.ts'

const bookOf = (merchant: string): BookKey => ({ merchant, mode: 'test' })

/** Two seats for each book and three in all; one second of grace, then a hundred bytes a second. */
const createHouse = () => {
  let now = 0
  const ended: string[] = []
  const patience = { graceMs: 1_000, bytesPerSecondMin: 100 }
  const take = createYieldingSeats({ ofBook: 2, inAll: 3 }, { patience, nowMs: () => now })
  return {
    ended,
    pass: (ms: number) => (now += ms),
    work: (merchant: string) => take(bookOf(merchant)),
    /** Somebody who has sent so many bytes. */
    send: (merchant: string, name: string, bytes = 0) => {
      const seat = take(bookOf(merchant))
      seat.transfer({ bytes: () => bytes, end: () => ended.push(name) })
      return seat
    },
  }
}
const busy = expect.objectContaining({ code: 'ledger_busy' }) as Error

test('who holds a seat for nothing gives it up to the next, the longest first, and not before', () => {
  const { send, pass, work, ended } = createHouse()
  send('a', 'first')
  pass(1)
  send('a', 'second')
  send('b', 'third')
  expect(() => work('c')).toThrow(busy)
  pass(1_000)
  work('c')
  expect(ended).toEqual(['first'])
  pass(1)
  work('c')
  expect(ended).toEqual(['first', 'second'])
  expect(() => work('c')).toThrow(busy)
})

test('who sends fast enough is not slow, however long it takes', () => {
  const { send, pass, work, ended } = createHouse()
  for (const [merchant, name, bytes] of [
    ['a', 'fast', 500],
    ['a', 'faster', 5_000],
    ['b', 'slow', 399],
  ] as const)
    send(merchant, name, bytes)
  pass(5_000)
  work('c')
  expect(ended).toEqual(['slow'])
  expect(() => work('c')).toThrow(busy)
  pass(1_001)
  work('c')
  expect(ended).toEqual(['slow', 'fast'])
})

test('while we work nobody loses a seat, and every transfer has its own time', () => {
  const { send, pass, work, ended } = createHouse()
  const [one] = ['a', 'b', 'c'].map((merchant) => {
    const seat = send(merchant, merchant)
    seat.work()
    return seat
  })
  pass(60_000)
  expect(() => work('d')).toThrow(busy)
  one?.transfer({ bytes: () => 0, end: () => ended.push('answer') })
  pass(1_000)
  expect(() => work('d')).toThrow(busy)
  pass(1)
  work('d')
  expect(ended).toEqual(['answer'])
})

test('whose own book is full has a slow one of its own broken off, and nobody of others', () => {
  const { send, pass, work, ended } = createHouse()
  send('b', 'theirs')
  send('a', 'mine')
  send('a', 'my fast one', 1_000_000)
  pass(2_000)
  work('a')
  expect(ended).toEqual(['mine'])
  expect(() => work('a')).toThrow(busy)
  expect(ended).toEqual(['mine'])
})

test('a seat that was given up is not given back a second time', () => {
  const { send, pass, work } = createHouse()
  const lost = send('a', 'lost')
  send('b', 'b', 1_000_000)
  send('b', 'b', 1_000_000)
  pass(2_000)
  const mine = work('c')
  lost.leave()
  expect(() => work('d')).toThrow(busy)
  mine.leave()
  work('d')
})
