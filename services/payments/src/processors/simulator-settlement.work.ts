import { addMs, assert, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { SettlementSource } from './settling.ts'
import { findBookedLines, findSettlement, insertSettlementFault, type AddedLine } from './simulator-settlement.store.ts'

/** A mistake in what the simulator tells of one line of its book: for tests, demonstrations and drills. */
export type SettlementFault =
  | { readonly kind: 'missing' | 'duplicate' | 'unknown' }
  /** Told so many ms from now. */
  | { readonly kind: 'late'; readonly afterMs: number }
  /** Told with this amount, in minor units and positive. */
  | { readonly kind: 'wrong_amount'; readonly amount: bigint }
  | { readonly kind: 'wrong_currency'; readonly currency: string }

export const simulatedSettlement = ({ db, clock }: { db: Database; clock: Clock }): SettlementSource => ({
  async read({ from, after, limit }) {
    const place = { at: after?.settledAt ?? from, id: after?.id ?? '', now: clock.now(), limit }
    return (await findSettlement(db.sql, place)).map(({ processor_id, settled_at, ...line }) => ({
      ...line,
      processorId: processor_id,
      fee: null,
      settledAt: settled_at,
    }))
  },
})

const signed = (like: bigint, amount: bigint): bigint => (like < 0n ? -amount : amount)

/** Makes a mistake about a charge or a refund of the simulator's book. It counts for whoever has not read the line yet. */
export const plantSettlementFault = async (
  sql: Sql,
  clock: Clock,
  { subject, ...fault }: SettlementFault & { readonly subject: string },
): Promise<void> => {
  const [line] = await findBookedLines(sql, subject)
  assert(line !== undefined, `the simulator has no line of ${subject} to make a mistake about`)
  const now = clock.now()
  const { settled_at: _, ...told } = line
  const as = (changes: Partial<AddedLine>): AddedLine => ({ ...told, amount: String(line.amount), ...changes })
  const leavesOut = line.id
  const adds = {
    missing: () => ({ leavesOut, adds: null, shownAt: now }),
    duplicate: () => ({ leavesOut: null, adds: as({ id: `${line.id}_again` }), shownAt: now }),
    // A refund that nobody here asked for.
    unknown: () => ({
      leavesOut: null,
      adds: as({
        id: `simln_unknown_${line.charge}`,
        kind: 'refund',
        subject: `re_unknown_${line.charge}`,
        processor_id: `sim_unknown_${line.charge}`,
        amount: '-1',
      }),
      shownAt: now,
    }),
    late: ({ afterMs }: { afterMs: number }) => ({
      leavesOut,
      adds: as({ id: `${line.id}_late` }),
      shownAt: addMs(now, afterMs),
    }),
    wrong_amount: ({ amount }: { amount: bigint }) => ({
      leavesOut,
      adds: as({ id: `${line.id}_wrong`, amount: String(signed(line.amount, amount)) }),
      shownAt: now,
    }),
    wrong_currency: ({ currency }: { currency: string }) => ({
      leavesOut,
      adds: as({ id: `${line.id}_wrong`, currency }),
      shownAt: now,
    }),
  }
  const make = adds[fault.kind] as (given: SettlementFault) => Parameters<typeof insertSettlementFault>[1]
  await insertSettlementFault(sql, make(fault))
}
