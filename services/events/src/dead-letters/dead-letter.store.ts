import { first, type Sql } from '@micro/postgres'
import type { DeadLetterRow } from './dead-letter.ts'

export const findDeadLetter = async (sql: Sql, number: bigint): Promise<DeadLetterRow | undefined> =>
  first(
    await sql<DeadLetterRow>`
    select number, source, position, event_id, reason, put_aside_at, redriven_at
    from events.dead_letters where number = ${number}`,
  )

/** With what it holds, locked to the end of the database transaction. */
export const lockDeadLetter = async (
  sql: Sql,
  number: bigint,
): Promise<(DeadLetterRow & { readonly content: string }) | undefined> =>
  first(
    await sql<DeadLetterRow & { readonly content: string }>`
    select number, source, position, event_id, reason, content, put_aside_at, redriven_at
    from events.dead_letters where number = ${number}
    for update`,
  )

export const markRedriven = (sql: Sql, { number, now }: { number: bigint; now: Date }) => sql`
  update events.dead_letters set redriven_at = ${now} where number = ${number}`

interface Listed {
  readonly source: string | null
  /** null: from the end. */
  readonly place: bigint | null
  readonly limit: number
}

/** Of all merchants. */
export const olderDeadLetters = (sql: Sql, { source, place, limit }: Listed) => sql<DeadLetterRow>`
  select number, source, position, event_id, reason, put_aside_at, redriven_at from events.dead_letters
  where (${source}::text is null or source = ${source})
    and number < coalesce(${place}::bigint, 9223372036854775807)
  order by number desc
  limit ${limit}`

export const newerDeadLetters = (sql: Sql, { source, place, limit }: Listed) => sql<DeadLetterRow>`
  select number, source, position, event_id, reason, put_aside_at, redriven_at from events.dead_letters
  where (${source}::text is null or source = ${source}) and number > coalesce(${place}::bigint, 0)
  order by number
  limit ${limit}`
