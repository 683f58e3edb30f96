import type { Database, Sql, TransactionSql } from '@micro/postgres'
import type { LedgerClient } from './posting/posting.work.ts'
import type { Processor } from './processors/processor.ts'

/** Thrown by everything a dead process would have done. */
export class Killed extends Error {}

/**
 * A process that dies at the effect it is armed for: just before the effect, or just after it, when its answer is lost.
 * From then on none of its effects happen, as after kill -9, until it is armed again as the next process.
 */
export const mortal = () => {
  let killAt = 0
  let when: 'before' | 'after' = 'before'
  let steps = 0
  let dead = false
  const step = async <T>(effect: () => Promise<T>): Promise<T> => {
    if (dead) throw new Killed()
    const last = ++steps === killAt
    if (last) dead = true
    if (last && when === 'before') throw new Killed()
    const result = await effect()
    if (last) throw new Killed()
    return result
  }

  const sqlOf =
    (inner: Sql): Sql =>
    (strings, ...values) =>
      step(() => inner(strings, ...values))

  return {
    arm: (at: number, moment: 'before' | 'after') => {
      killAt = at
      when = moment
      steps = 0
      dead = false
    },
    died: () => dead,
    db: (inner: Database): Database => ({
      ...inner,
      sql: sqlOf(inner.sql),
      // Dying before the commit rolls back; dying after it loses the answer.
      transaction: async (work, options) => {
        let result: Awaited<ReturnType<typeof work>> | undefined
        const committed = async () => {
          result = await inner.transaction(
            (tx) => work(Object.assign(sqlOf(tx), { andCommit: sqlOf(tx.andCommit) }) satisfies TransactionSql),
            options,
          )
        }
        if (dead) throw new Killed()
        await committed()
        await step(() => Promise.resolve())
        return result as Awaited<ReturnType<typeof work>>
      },
    }),
    processor: (inner: Processor): Processor => ({
      charge: (...args) => step(() => inner.charge(...args)),
      find: (...args) => step(() => inner.find(...args)),
    }),
    ledger: (inner: LedgerClient): LedgerClient => ({
      postSystemTransaction: (input) => step(() => inner.postSystemTransaction(input)),
    }),
  }
}
