import { unacknowledgedMax, type SequencedEvent } from '@micro/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { continuing, keptFrom, roomOf, startAt, withAck, withHead, withSent } from './cursor.ts'

const events = (...seqs: number[]): SequencedEvent[] =>
  seqs.map((seq) => ({ seq, event: { id: `evt_${seq}` } as SequencedEvent['event'] }))
const seqs = (list: readonly SequencedEvent[]): number[] => list.map(({ seq }) => seq)

describe('what may be sent next', () => {
  for (const [sent, announced, want] of [
    [5, [6, 7], [6, 7]],
    [5, [4, 5, 6, 7], [6, 7]],
    [5, [7, 8], []],
    [5, [6, 8], [6]],
    [5, [3, 4, 5], []],
    [0, [1], [1]],
    [5, [], []],
  ] as const) {
    test(`after ${sent}, of ${announced.join(',')}: ${want.join(',') || 'nothing'}`, () =>
      expect(seqs(continuing(startAt(sent, sent), events(...announced)))).toEqual(want))
  }

  test('never more than the client left room for', () => {
    const many = events(...Array.from({ length: 1000 }, (_, at) => at + 1))
    expect(continuing(startAt(0, 0), many)).toHaveLength(unacknowledgedMax)
  })

  test('whatever is announced, in whatever order, the client gets 1, 2, 3, … without gap or repeat', () => {
    const batches = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(batches, (announced) => {
        let cursor = startAt(0, 0)
        const got: number[] = []
        for (const [first, count] of announced) {
          for (const { seq } of continuing(cursor, events(...Array.from({ length: count }, (_, at) => first + at)))) {
            got.push(seq)
            cursor = withSent(cursor, seq)
          }
        }
        expect(got).toEqual(got.map((_, at) => at + 1))
      }),
    )
  })
})

describe('the cursor', () => {
  test('an acknowledgement frees room; an old one changes nothing; one of the future is refused', () => {
    const cursor = withSent(startAt(10, 10), 20)
    expect(roomOf(cursor)).toBe(unacknowledgedMax - 10)
    expect(roomOf(withAck(cursor, 20) ?? cursor)).toBe(unacknowledgedMax)
    expect(withAck(cursor, 10)).toBe(cursor)
    expect(withAck(cursor, 21)).toBeUndefined()
  })

  test('the head only rises', () => {
    expect(withHead(startAt(0, 9), 4).head).toBe(9)
    expect(withHead(startAt(0, 9), 10).head).toBe(10)
  })

  test('a store that begins later than the cursor has dropped what lay between', () => {
    for (const [first, seqs, want] of [
      [7, [7, 8], 7],
      [undefined, [7, 8], 7],
      [7, [], 7],
      [1, [5, 6, 7], undefined],
      [1, [], undefined],
      [6, [], undefined],
      // They left between the reading of the one and of the other.
      [9, [6, 7], undefined],
    ] as const) {
      const page = { head_seq: 9, events: events(...seqs), ...(first === undefined ? {} : { first_seq: first }) }
      expect(keptFrom(startAt(5, 9), page)).toBe(want)
    }
  })
})
