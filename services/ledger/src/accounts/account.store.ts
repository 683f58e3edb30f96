import type { AccountStatus, AccountType, Direction, Mode } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { isSystemAccount, type Account, type NewAccount } from './account.ts'
import type { AccountFilter } from './account-filter.ts'

interface AccountRow {
  public_id: string
  mode: Mode
  name: string
  type: AccountType
  normal_balance: Direction
  currency: string
  asset_scale: number | null
  status: AccountStatus
  min_available: bigint | null
  max_balance: bigint | null
  system: boolean
  posted_credits: bigint
  posted_debits: bigint
  pending_credits: bigint
  pending_debits: bigint
  version: bigint
  metadata: Record<string, string>
  created_at: Date
}

const toAccount = (row: AccountRow): Account => ({
  id: row.public_id,
  mode: row.mode,
  name: row.name,
  type: row.type,
  normalBalance: row.normal_balance,
  currency: row.currency,
  assetScale: row.asset_scale,
  status: row.status,
  minAvailable: row.min_available,
  maxBalance: row.max_balance,
  system: row.system,
  credits: row.posted_credits,
  debits: row.posted_debits,
  pendingCredits: row.pending_credits,
  pendingDebits: row.pending_debits,
  version: row.version,
  metadata: row.metadata,
  createdAt: row.created_at,
})

/** Adds the account to an open book. False when the id is taken there, or the book is not open yet. */
export const insertAccount = async (sql: Sql, book: BookKey, account: NewAccount, now: Date): Promise<boolean> => {
  const rows = await sql`
    insert into ledger.accounts
      (lane, book, merchant, mode, public_id, name, type, currency, asset_scale, system, min_available, max_balance, metadata,
        created_at)
    select b.lane, b.id, b.merchant, b.mode, ${account.id}::text, ${account.name}::text, ${account.type}::text,
      ${account.currency}::text, ${account.assetScale}::smallint, ${isSystemAccount(account.id)}::boolean,
      ${account.minAvailable}::numeric, ${account.maxBalance}::numeric, ${account.metadata}::jsonb, ${now}::timestamptz
    from ledger.books b
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    on conflict (lane, merchant, mode, public_id) do nothing
    returning id`
  return rows.length === 1
}

export const findAccount = async (sql: Sql, book: BookKey, id: string): Promise<Account | undefined> => {
  const row = first(
    await sql<AccountRow>`
    select * from ledger.accounts
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode} and public_id = ${id}`,
  )
  return row && toAccount(row)
}

/** Saves what of an account can change. Its book must be locked, or a flight might decide on what it was. */
export const saveAccount = async (sql: Sql, book: BookKey, account: Account): Promise<void> => {
  await sql`
    update ledger.accounts
    set name = ${account.name}, status = ${account.status}, metadata = ${account.metadata}::jsonb,
      min_available = ${account.minAvailable}::numeric, max_balance = ${account.maxBalance}::numeric
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode} and public_id = ${account.id}`
}

/** The place of an account in the list: later accounts have larger ones. */
export const findAccountPosition = async (sql: Sql, book: BookKey, id: string): Promise<bigint | undefined> =>
  first(
    await sql<{ id: bigint }>`
    select id from ledger.accounts
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode} and public_id = ${id}`,
  )?.id

interface AccountPage extends AccountFilter {
  readonly limit: number
}

/** Newest first, from just before `before`; from the newest when it is null. */
export const listAccountsBefore = async (
  sql: Sql,
  book: BookKey,
  before: bigint | null,
  { type, currency, status, idPrefix, metadata, limit }: AccountPage,
): Promise<Account[]> => {
  const rows = await sql<AccountRow>`
    select a.* from ledger.books b
    join ledger.accounts a on a.lane = b.lane and a.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and a.id < coalesce(${before}::bigint, 9223372036854775807)
      and (${type}::text is null or a.type = ${type}) and (${currency}::text is null or a.currency = ${currency})
      and (${status}::text is null or a.status = ${status}) and starts_with(a.public_id, ${idPrefix})
      and a.metadata @> ${metadata}::jsonb
    order by a.id desc limit ${limit}`
  return rows.map(toAccount)
}

/** Oldest first, from just after `after`. */
export const listAccountsAfter = async (
  sql: Sql,
  book: BookKey,
  after: bigint,
  { type, currency, status, idPrefix, metadata, limit }: AccountPage,
): Promise<Account[]> => {
  const rows = await sql<AccountRow>`
    select a.* from ledger.books b
    join ledger.accounts a on a.lane = b.lane and a.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
      and a.id > ${after}
      and (${type}::text is null or a.type = ${type}) and (${currency}::text is null or a.currency = ${currency})
      and (${status}::text is null or a.status = ${status}) and starts_with(a.public_id, ${idPrefix})
      and a.metadata @> ${metadata}::jsonb
    order by a.id limit ${limit}`
  return rows.map(toAccount)
}
