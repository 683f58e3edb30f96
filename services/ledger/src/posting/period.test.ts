import { Fault, fromUnixSeconds } from '@micro/kernel'
import { expect, test } from 'vitest'
import { bookedAtOf, effectiveAtOf } from './period.ts'
import type { BookState } from './state.ts'

const state = (closedBefore: Date | null): BookState => ({
  book: 1n,
  seqLast: 0n,
  recordedLast: null,
  hashLast: Buffer.alloc(32),
  closedBefore,
  accounts: new Map(),
  recorded: new Map(),
  parents: new Map(),
})
const createdAt = fromUnixSeconds(500)

for (const [closed, effective, by, want] of [
  [null, 1, 'merchant', null],
  [null, 1, 'system', null],
  [100, 100, 'merchant', null],
  [100, 99.999, 'merchant', 'period_closed'],
  [100, 0, 'merchant', 'period_closed'],
  [100, 500, 'merchant', null],
  [100, 100, 'system', null],
  [100, 99.999, 'system', 500],
] as const)
  test(`closed before ${closed}, a ${by}'s transaction of ${effective} is booked at ${want}`, () => {
    const decide = () =>
      bookedAtOf(state(closed === null ? null : fromUnixSeconds(closed)), by === 'system' ? { system: {} } : {}, {
        createdAt,
        effectiveAt: fromUnixSeconds(effective),
      })
    if (want !== 'period_closed') return expect(decide()).toEqual(want === null ? null : fromUnixSeconds(want))
    expect(decide).toThrow(Fault)
    expect(decide).toThrow('effective_at: the book is closed up to 1970-01-01T00:01:39Z')
  })

for (const [given, recorded, want] of [
  [undefined, 500.25, 500.25],
  [500, 500.25, 500.25],
  [500, 500.999, 500.999],
  [500, 500, 500],
  [500, 501, 500],
  [499, 500.25, 499],
  [501, 500.25, 501],
] as const)
  test(`a transaction of ${given ?? 'no date'} that is recorded at ${recorded} takes effect at ${want}`, () => {
    const effectiveAt = given === undefined ? undefined : fromUnixSeconds(given)
    expect(effectiveAtOf({ effectiveAt }, fromUnixSeconds(recorded))).toEqual(fromUnixSeconds(want))
  })
