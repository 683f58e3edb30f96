import { first, type Sql } from '@micro/postgres'

/** Makes the partitions of this week and of `weeks` after it that are not there. How many. */
export const makePartitions = async (sql: Sql, weeks: number): Promise<number> =>
  first(await sql<{ made: number }>`select events.make_partitions(${weeks}::int) as made`)?.made ?? 0

export interface OldestPartition {
  readonly partition_name: string
  /** What keeps it from being dropped, though it is old enough; null: it is gone. */
  readonly hindered_by: string | null
  readonly events_gone: bigint
}

/** Lets each statement of this database transaction take so long: it reads a whole partition. */
export const allowStatements = async (sql: Sql, timeoutMs: number): Promise<void> => {
  await sql`select set_config('statement_timeout', ${timeoutMs}::text, true)`
}

/** Drops the oldest partition with all events stored over `days` ago; undefined while there is none that old. */
export const dropOldestPartition = async (sql: Sql, days: number): Promise<OldestPartition | undefined> =>
  first(
    await sql<OldestPartition>`
    select partition_name, hindered_by, events_gone from events.drop_oldest_partition(${days}::int)`,
  )

/** The same, a bounded number at a time, of what lies in no partition of a week. How many. */
export const deleteFromRest = async (sql: Sql, { days, limit }: { days: number; limit: number }): Promise<bigint> =>
  first(await sql<{ gone: bigint }>`select events.delete_from_rest(${days}::int, ${limit}::int) as gone`)?.gone ?? 0n
