import type { Database, Sql } from '@micro/postgres'
import { createCheckpointReader } from '@micro/signing'
import { listBooks, listLanes } from '../verify/verify.store.ts'
import type { Problem } from '../verify/verify.ts'
import { verifyLedger, type Verification } from '../verify/verify.work.ts'
import { walkBook } from '../verify/walk.ts'
import { withoutTriggers } from './tamper.ts'

const rolledBack = new Error('rolled back')

/** What the slices find that the service itself verifies each book in. */
const walkedProblems = async (sql: Sql, sliceMax: number): Promise<Problem[]> => {
  const readCheckpoint = createCheckpointReader([])
  const problems = new Set<Problem>()
  for (const lane of await listLanes(sql))
    for (const book of await listBooks(sql, lane, { after: 0n, limit: 1_000 })) {
      const steps = walkBook(sql, book, { readCheckpoint, sliceMax })
      for (let step = await steps.next(); ; step = await steps.next()) {
        if (step.done !== true) continue
        for (const { problem } of step.value.findings) problems.add(problem)
        break
      }
    }
  return [...problems].toSorted()
}

/** A verification of all, and what walking through each book by itself came to. */
export interface Found extends Verification {
  readonly walked: readonly Problem[]
}

/** Verifies what the ledger would say after the change, made by a superuser without the triggers; then undoes it. */
export const foundAfter = async (
  superuser: Database,
  change: (sql: Sql) => Promise<unknown>,
  batchMax = 5,
): Promise<Found | undefined> => {
  let found: Found | undefined
  await superuser
    .transaction(async (sql) => {
      await withoutTriggers(sql)
      await change(sql)
      // The same open transaction answers for the database, so that nothing of this outlives the test.
      const within = { sql, transaction: (work: (of: typeof sql) => Promise<unknown>) => work(sql) }
      const verification = await verifyLedger(within as unknown as Database, { batchMax })
      found = { ...verification, walked: await walkedProblems(sql, batchMax) }
      throw rolledBack
    })
    .catch((error: unknown) => {
      if (error !== rolledBack) throw error
    })
  return found
}
