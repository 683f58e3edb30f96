import type { OutboxRow } from '@micro/service'
import { describe, expect, test } from 'vitest'
import type { Head, Untold } from './outbox.store.ts'
import { dueOf, nextOf } from './page.ts'
import { positionOf, readPositions } from './position.ts'
import { stretchesOf } from './stretch.ts'

const stretch = (id: number, firstSeq: number, lastSeq: number): Untold => ({
  id: BigInt(id),
  lane: 1,
  book: 7n,
  firstSeq: BigInt(firstSeq),
  lastSeq: BigInt(lastSeq),
})
const row = (id: number) => ({ id: BigInt(id) }) as OutboxRow
const head = (of: number, seq: number, weight = 2) =>
  ({ stretch: BigInt(of), lane: 1, book: 7n, seq: BigInt(seq), kind: 'post', parent: null, weight }) as Head
const bounds = { limit: 10, rowsMax: 5 }

describe('what is looked at next', () => {
  test('both tables in the one order they were written in', () =>
    expect(nextOf({ rows: [row(2), row(4)], stretches: [stretch(1, 1, 1), stretch(3, 2, 2)] }, bounds)).toMatchObject({
      items: [{ id: 1n }, { id: 2n }, { id: 3n }, { id: 4n }],
      more: false,
    }))

  test('a long stretch is cut, and the rest is for the next page', () =>
    expect(nextOf({ rows: [row(1)], stretches: [stretch(2, 5, 100), stretch(3, 101, 101)] }, bounds)).toEqual({
      items: [
        { id: 1n, row: row(1) },
        { id: 2n, stretch: stretch(2, 5, 13) },
      ],
      more: true,
    }))

  test('nothing is looked at before rows that were not read yet', () => {
    const rows = [1, 2, 3, 4, 6].map(row)
    const { items, more } = nextOf({ rows, stretches: [stretch(5, 1, 1), stretch(7, 2, 2)] }, bounds)
    expect([items.map(({ id }) => Number(id)), more]).toEqual([[1, 2, 3, 4, 5, 6], true])
  })
})

describe('what of it is told', () => {
  const items = nextOf({ rows: [], stretches: [stretch(1, 1, 4), stretch(2, 5, 6)] }, bounds).items

  test('each up to the next one of its stretch, the last to its end', () =>
    expect(dueOf(items, [head(1, 2), head(1, 3), head(2, 5)]).items).toMatchObject([
      { head: { seq: 2n }, through: 2n },
      { head: { seq: 3n }, through: 4n },
      { head: { seq: 5n }, through: 6n },
    ]))

  test('of a stretch of which nothing is to be told it is said so, with how far', () =>
    expect(dueOf(items, [head(2, 5)]).nothing).toEqual([{ stretch: 1n, seq: 4n }]))

  test('what is heavy comes by itself, and nothing is passed over', () => {
    const { items: due, more } = dueOf(items, [head(1, 1, 9_000), head(1, 2, 1)])
    expect([due.length, more]).toEqual([1, true])
    expect(due).toMatchObject([{ through: 1n }])
  })
})

test('positions say what they acknowledge, each stretch as far as the farthest; what is none says nothing', () =>
  expect(
    readPositions([positionOf(3n), positionOf(9n, 4n), positionOf(9n, 12n), positionOf(9n, 5n), 'x', '1.', '']),
  ).toEqual({ rows: [3n], told: [{ stretch: 9n, seq: 12n }] }))

describe('what a flight notes', () => {
  const written = (book: number, seq: number, reference: string, kind: 'post' | 'expire' = 'post') => ({
    lane: book,
    book: BigInt(book),
    transaction: { seq: BigInt(seq), reference, kind },
  })

  test('one stretch for each book, from its first to its last that is told', () =>
    expect(
      stretchesOf([
        written(1, 4, 'micro:charge:1'),
        written(1, 5, 'a'),
        written(2, 9, 'b'),
        written(1, 6, 'micro:charge:2'),
        written(1, 7, 'c'),
        written(1, 8, 'micro:charge:3'),
      ]),
    ).toEqual([
      { lane: 1, book: 1n, firstSeq: 5n, lastSeq: 7n },
      { lane: 2, book: 2n, firstSeq: 9n, lastSeq: 9n },
    ]))

  test("nothing of Micro's own but that a hold was due", () =>
    expect(
      stretchesOf([written(1, 1, 'micro:charge:1'), written(2, 2, 'micro:hold_expired:hold_1', 'expire')]),
    ).toEqual([{ lane: 2, book: 2n, firstSeq: 2n, lastSeq: 2n }]))
})
