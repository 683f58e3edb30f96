import type { Mode } from '@micro/contracts'
import { addMs, fromUnixSeconds, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { within } from '@micro/service'
import type { SettlementLine, SettlementSource } from '../processors/settling.ts'
import { findSettledUntil, insertLines, saveSettledUntil } from './settlement.store.ts'

const pageSize = 500
const answerMsMax = 10_000

// What a processor writes down at the same time need not come to be seen in that order, so the end is read again.
const overlapMs = 10 * 60 * 1_000

const lastOf = (lines: readonly SettlementLine[], before: Date): Date =>
  lines.reduce((latest, { settledAt }) => (settledAt > latest ? settledAt : latest), before)

/** Writes down what a processor has settled since it was last asked. */
export const readSettlement = async (
  { db, clock }: { db: Database; clock: Clock },
  mode: Mode,
  settlement: SettlementSource,
): Promise<void> => {
  let until = (await findSettledUntil(db.sql, mode)) ?? fromUnixSeconds(0)
  const from = addMs(until, -overlapMs)
  let after: SettlementLine | undefined
  for (;;) {
    const query = { from, after, limit: pageSize }
    const lines = await within(answerMsMax, (signal) => settlement.read(query, signal))
    after = lines.at(-1)
    if (after === undefined) return
    until = lastOf(lines, until)
    const settledUntil = until
    await db.transaction(async (sql) => {
      await insertLines(sql, mode, lines, clock.now())
      await saveSettledUntil(sql, mode, settledUntil)
    })
    if (lines.length < pageSize) return
  }
}
