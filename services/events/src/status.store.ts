import { only, type Sql } from '@micro/postgres'

const measuredMax = 10_000

/** Of all merchants: what has not got through yet, also of what is only tried again later. Bounded, however much it is. */
export const measurePendingDeliveries = async (sql: Sql): Promise<{ waiting: number; oldestSeconds: number }> => {
  const { waiting, seconds } = only(
    await sql<{ waiting: bigint; seconds: number }>`
    select count(*) as waiting, coalesce(extract(epoch from clock_timestamp() - min(created_at))::float8, 0) as seconds
    from (select created_at from events.deliveries where status = 'pending' limit ${measuredMax}) as pending`,
  )
  return { waiting: Number(waiting), oldestSeconds: Math.max(0, seconds) }
}

/** What no ingest could store, and nobody has had taken in since. */
export const measureDeadLetters = async (sql: Sql): Promise<{ waiting: number; oldestSeconds: number }> => {
  const { waiting, seconds } = only(
    await sql<{ waiting: bigint; seconds: number }>`
    select count(*) as waiting,
      coalesce(extract(epoch from clock_timestamp() - min(put_aside_at))::float8, 0) as seconds
    from (select put_aside_at from events.dead_letters where redriven_at is null limit ${measuredMax}) as letters`,
  )
  return { waiting: Number(waiting), oldestSeconds: Math.max(0, seconds) }
}
