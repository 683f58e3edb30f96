import { Fault } from '@micro/kernel'
import { limitStatements, sqlState, SQLSTATE, type Database, type Sql } from '@micro/postgres'

/**
 * Reads figures in one snapshot, and for so long at most.
 * @throws Fault report_too_large, whose `hint` says what to narrow it by
 */
export const readReport = <T>(
  db: Database,
  { timeoutMs, hint }: { timeoutMs: number; hint: string },
  work: (sql: Sql) => Promise<T>,
): Promise<T> =>
  db
    .transaction(
      async (sql) => {
        await limitStatements(sql, timeoutMs)
        return work(sql)
      },
      { isolation: 'repeatable read' },
    )
    .catch((cause: unknown) => {
      throw sqlState(cause) === SQLSTATE.queryCanceled ? new Fault('report_too_large', { hint }, { cause }) : cause
    })
