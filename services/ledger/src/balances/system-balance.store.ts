import type { Direction } from '@micro/contracts'
import { only, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'

export interface SystemBalance {
  readonly account_id: string
  readonly currency: string
  readonly normal_balance: Direction
  /** Credits minus debits, as text: JSON would round it. */
  readonly net: string
}

/** Accounts by the beginning of their ids, and those of the references that are recorded: one statement, one moment. */
export const readBalances = async (
  sql: Sql,
  book: BookKey,
  { idPrefix, references }: { idPrefix: string; references: readonly string[] },
): Promise<{ balances: SystemBalance[]; recorded: string[] }> =>
  only(
    await sql<{ balances: SystemBalance[]; recorded: string[] }>`
    select
      coalesce((
        select json_agg(json_build_object('account_id', a.public_id, 'currency', a.currency,
          'normal_balance', a.normal_balance, 'net', (a.posted_credits - a.posted_debits)::text) order by a.public_id)
        from ledger.accounts a
        where a.lane = ${laneOf(book)} and a.merchant = ${book.merchant} and a.mode = ${book.mode} and a.system
          -- By the index: no letter of an id comes behind a tilde.
          and a.public_id >= ${idPrefix} and a.public_id < ${idPrefix} || '~'), '[]') as balances,
      array(
        select r.reference from unnest(${references}::text[]) as r (reference)
        join ledger.books b on b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
        join ledger.transactions t on t.lane = b.lane and t.book = b.id
          and t.reference_key = substr(sha256(int8send(b.id) || convert_to(r.reference, 'UTF8')), 1, 16)) as recorded`,
  )
