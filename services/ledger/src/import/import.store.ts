import type { ExportAccount, ExportAsset, ExportHeader, ExportPeriod, ExportTransaction } from '@micro/contracts'
import { only, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'

// What the posting engine decides and writes was decided and written elsewhere; the same triggers judge it here. Times
// stay the text they came as, since a Date would drop microseconds.

/** Opens the book with what it brings along. False when the merchant has one in this mode already. */
export const insertBook = async (
  sql: Sql,
  book: BookKey,
  { header, hasOrigin, now }: { header: ExportHeader; hasOrigin: boolean; now: Date },
): Promise<boolean> => {
  const { origin } = header
  const rows = await sql`
    insert into ledger.books
      (lane, merchant, mode, created_at, origin_merchant, origin_mode, head_hash, imported_seq, imported_at)
    values (${laneOf(book)}, ${book.merchant}, ${book.mode}, ${header.created_at}::timestamptz,
      ${hasOrigin ? origin.merchant : null}, ${hasOrigin ? origin.mode : null},
      ${hasOrigin ? Buffer.from(header.hash_before, 'hex') : null}::bytea, ${header.to_seq}, ${now})
    on conflict (lane, merchant, mode) do nothing
    returning id`
  return rows.length === 1
}

/** The book's number, with its lock: nobody else posts to it until the import is committed. */
export const lockBook = async (sql: Sql, book: BookKey): Promise<bigint> => {
  const { id } = only(
    await sql<{ id: bigint }>`
    select id from ledger.books
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode}`,
  )
  await sql`select id from ledger.lock_books(${[laneOf(book)]}::smallint[], ${[id]}::bigint[])`
  return id
}

export interface Place extends BookKey {
  readonly lane: number
  readonly id: bigint
}

export const insertAssets = async (sql: Sql, { lane, id }: Place, assets: readonly ExportAsset[]): Promise<void> => {
  await sql`
    insert into ledger.assets (lane, book, code, name, scale, created_at)
    select ${lane}, ${id}, * from unnest(
      ${assets.map(({ code }) => code)}::text[], ${assets.map(({ name }) => name)}::text[],
      ${assets.map(({ scale }) => scale)}::smallint[], ${assets.map(({ created_at }) => created_at)}::timestamptz[])`
}

/** Without limits, and active: both are of now, and what the account did before may not fit them. */
export const insertAccounts = async (
  sql: Sql,
  { lane, id, merchant, mode }: Place,
  accounts: readonly ExportAccount[],
): Promise<void> => {
  await sql`
    insert into ledger.accounts
      (lane, book, merchant, mode, public_id, name, type, currency, asset_scale, system, metadata, created_at)
    select ${lane}, ${id}, ${merchant}, ${mode}, a.public_id, a.name, a.type, a.currency, a.asset_scale,
      starts_with(a.public_id, 'sys_'), a.metadata, a.created_at
    from unnest(
      ${accounts.map((each) => each.id)}::text[], ${accounts.map(({ name }) => name)}::text[],
      ${accounts.map(({ type }) => type)}::text[], ${accounts.map(({ currency }) => currency)}::text[],
      ${accounts.map(({ asset_scale }) => asset_scale)}::smallint[],
      ${accounts.map(({ metadata }) => metadata)}::jsonb[],
      ${accounts.map(({ created_at }) => created_at)}::timestamptz[]
    ) with ordinality as a (public_id, name, type, currency, asset_scale, metadata, created_at, nth)
    order by a.nth`
}

/** What an account may hold, and whether it moves, once its balance is there. */
export const updateAccounts = async (
  sql: Sql,
  { lane, merchant, mode }: Place,
  accounts: readonly ExportAccount[],
): Promise<void> => {
  await sql`
    update ledger.accounts a
    set status = s.status, min_available = s.min_available, max_balance = s.max_balance
    from unnest(
      ${accounts.map((each) => each.id)}::text[], ${accounts.map(({ status }) => status)}::text[],
      ${accounts.map(({ min_available }) => min_available)}::numeric[],
      ${accounts.map(({ max_balance }) => max_balance)}::numeric[]
    ) as s (public_id, status, min_available, max_balance)
    where a.lane = ${lane} and a.merchant = ${merchant} and a.mode = ${mode} and a.public_id = s.public_id`
}

/** Accounts that entries name and the book does not have. */
export const findUnknownAccounts = async (sql: Sql, place: Place, ids: readonly string[]): Promise<string[]> =>
  (
    await sql<{ public_id: string }>`
    select asked.public_id from unnest(${ids}::text[]) as asked (public_id)
    where not exists (
      select from ledger.accounts a
      where a.lane = ${place.lane} and a.merchant = ${place.merchant} and a.mode = ${place.mode}
        and a.public_id = asked.public_id)`
  ).map(({ public_id }) => public_id)

const bytesOf = (hex: string | null): Buffer | null => (hex === null ? null : Buffer.from(hex, 'hex'))

/** What stands in the place of erased words: there before its transaction, whose hash takes it in. */
export const insertErasures = async (
  sql: Sql,
  { lane, id }: Place,
  transactions: readonly ExportTransaction[],
): Promise<void> => {
  const erased = transactions.flatMap(({ seq, erasure }) => (erasure === null ? [] : [{ seq, ...erasure }]))
  if (erased.length === 0) return
  await sql`
    insert into ledger.erasures
      (lane, book, seq, text_digest, reason, erased_by, request_id, erased_at, erased_in)
    select ${lane}, ${id}, *, pg_current_xact_id() from unnest(
      ${erased.map(({ seq }) => seq)}::bigint[], ${erased.map(({ text_digest }) => bytesOf(text_digest))}::bytea[],
      ${erased.map(({ reason }) => reason)}::text[], ${erased.map(({ erased_by }) => erased_by)}::text[],
      ${erased.map(({ request_id }) => request_id)}::text[],
      ${erased.map(({ erased_at }) => erased_at)}::timestamptz[])`
}

/** Transactions with their entries, in one statement, as they were recorded elsewhere. */
export const insertTransactions = async (
  sql: Sql,
  { lane, id, merchant, mode }: Place,
  transactions: readonly ExportTransaction[],
): Promise<void> => {
  const of = <T>(member: (transaction: ExportTransaction) => T): T[] => transactions.map(member)
  const legs = transactions.flatMap(({ seq, entries }) => entries.map((entry, at) => ({ ...entry, seq, leg: at + 1 })))
  await sql`
    with recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at,
          effective_at, booked_at, text_salt, content_hash, hash, kind, parent, expires_at)
      select ${lane}, ${id}, * from unnest(
        ${of(({ seq }) => seq)}::bigint[], ${of((each) => each.id)}::text[],
        ${of(({ reference_id }) => reference_id)}::text[], ${of(({ description }) => description)}::text[],
        ${of(({ currency }) => currency)}::text[], ${of(({ entries }) => entries.length)}::smallint[],
        ${of(({ fingerprint }) => bytesOf(fingerprint))}::bytea[], ${of(({ metadata }) => metadata)}::jsonb[],
        ${of(({ created_at }) => created_at)}::timestamptz[], ${of(({ effective_at }) => effective_at)}::timestamptz[],
        ${of(({ booked_at }) => booked_at)}::timestamptz[],
        ${of(({ text_salt }) => bytesOf(text_salt))}::bytea[], ${of(({ content_hash }) => bytesOf(content_hash))}::bytea[],
        ${of(({ hash }) => bytesOf(hash))}::bytea[], ${of(({ kind }) => kind)}::text[],
        ${of(({ parent }) => parent)}::bigint[], ${of(({ expires_at }) => expires_at)}::timestamptz[])
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version, layer)
    select ${lane}, ${id}, e.seq, e.leg, a.id, e.amount, e.balance_after, e.account_version, e.layer
    from unnest(
      ${legs.map(({ seq }) => seq)}::bigint[], ${legs.map(({ leg }) => leg)}::smallint[],
      ${legs.map(({ account_id }) => account_id)}::text[], ${legs.map(({ amount }) => amount)}::numeric[],
      ${legs.map(({ net_after }) => net_after)}::numeric[], ${legs.map(({ account_version }) => account_version)}::bigint[],
      ${legs.map(({ layer }) => layer)}::text[]
    ) as e (seq, leg, public_id, amount, balance_after, account_version, layer)
    cross join lateral (
      select a.id from ledger.accounts a
      where a.lane = ${lane} and a.merchant = ${merchant} and a.mode = ${mode} and a.public_id = e.public_id
      offset 0 -- looks each of them up, where a join might read all accounts there are
    ) a`
}

/** A period with its totals, in one statement; the database closes the book with it where it stands. */
export const insertPeriod = async (sql: Sql, { lane, id }: Place, period: ExportPeriod): Promise<void> => {
  const { totals } = period
  await sql`
    with closed as (
      insert into ledger.periods (lane, book, number, id, closed_before, seq, hash, totals_count, description, created_at)
      values (${lane}, ${id}, ${period.number}, ${period.id}, ${period.closed_before}::timestamptz, ${period.seq},
        ${bytesOf(period.hash)}::bytea, ${totals.length}, ${period.description}, ${period.created_at}::timestamptz)
    )
    insert into ledger.period_totals (lane, book, period, currency, type, debits, credits)
    select ${lane}, ${id}, ${period.number}::integer, * from unnest(
      ${totals.map(({ currency }) => currency)}::text[], ${totals.map(({ type }) => type)}::text[],
      ${totals.map(({ debits }) => debits)}::numeric[], ${totals.map(({ credits }) => credits)}::numeric[])`
}

export interface BookEnd {
  readonly last_seq: bigint
  readonly head_hash: Buffer | null
}

export const findEnd = async (sql: Sql, { lane, merchant, mode }: Place): Promise<BookEnd> =>
  only(
    await sql<BookEnd>`
    select last_seq, head_hash from ledger.books
    where lane = ${lane} and merchant = ${merchant} and mode = ${mode}`,
  )

export const setSavepoint = async (sql: Sql): Promise<void> => void (await sql`savepoint slice`)
export const releaseSavepoint = async (sql: Sql): Promise<void> => void (await sql`release savepoint slice`)
export const undoToSavepoint = async (sql: Sql): Promise<void> => void (await sql`rollback to savepoint slice`)
