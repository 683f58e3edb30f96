import type { Layer, Mode, TransactionKind } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'

// Times are read as text, since a Date would drop microseconds that the chain covers.

export interface BookRow {
  readonly created_at: string
  readonly last_seq: bigint
  readonly origin_merchant: string
  readonly origin_mode: Mode
}

/** The book as it is now, with the merchant and mode its chain begins with. */
export const findBook = async (sql: Sql, book: BookKey): Promise<BookRow | undefined> =>
  first(
    await sql<BookRow>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at, last_seq,
      coalesce(origin_merchant, merchant) as origin_merchant, coalesce(origin_mode, mode) as origin_mode
    from ledger.books
    where lane = ${laneOf(book)} and merchant = ${book.merchant} and mode = ${book.mode}`,
  )

export interface AssetRow {
  readonly code: string
  readonly name: string
  readonly scale: number
  readonly created_at: string
}

export const listAssets = (sql: Sql, book: BookKey, { after, limit }: { after: string; limit: number }) =>
  sql<AssetRow>`
    select s.code, s.name, s.scale,
      to_char(s.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
    from ledger.books b
    join ledger.assets s on s.lane = b.lane and s.book = b.id
    where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and s.code > ${after}
    order by s.code limit ${limit}`

export interface AccountRow {
  readonly number: bigint
  readonly public_id: string
  readonly name: string
  readonly type: string
  readonly normal_balance: 'credit' | 'debit'
  readonly currency: string
  readonly asset_scale: number | null
  readonly status: string
  readonly min_available: bigint | null
  readonly max_balance: bigint | null
  readonly metadata: Readonly<Record<string, string>>
  readonly created_at: string
  readonly net: bigint
  readonly net_pending: bigint
  readonly entries: bigint
  /** As of the seq where the account has a limit or is closed; else as they are now. */
  readonly pending_credits: bigint
  readonly pending_debits: bigint
  /** Whether it has entries behind that seq. */
  readonly moved: boolean
}

/**
 * The book's next accounts in the order they were made, with their balances as of a seq: of one that has not moved since,
 * what they are; else what its last entries up to there left, so that how much came since costs nothing. Alone what was
 * held on either side is what it is less what came since, and only asked for where a limit or a closing is judged by it.
 * What was made after that seq was recorded is left out where the book goes on behind it, unless it has entries up to it.
 */
export const listAccounts = (
  sql: Sql,
  book: BookKey,
  { after, seq, isHead, limit }: { after: bigint; seq: bigint; isHead: boolean; limit: number },
) => sql<AccountRow>`
  select a.id as number, a.public_id, a.name, a.type, a.normal_balance, a.currency, a.asset_scale, a.status,
    a.min_available, a.max_balance, a.metadata,
    to_char(a.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
    coalesce(past.net, a.posted_credits - a.posted_debits) as net,
    coalesce(past.net_pending, a.pending_credits - a.pending_debits) as net_pending,
    a.pending_credits - coalesce(past.held_credits, 0) as pending_credits,
    a.pending_debits - coalesce(past.held_debits, 0) as pending_debits,
    last.entries, last.entries < a.version as moved
  from ledger.books b
  join ledger.accounts a on a.lane = b.lane and a.book = b.id
  cross join lateral (
    select coalesce((
      select max(e.account_version) from (
        select l.seq from ledger.entries l
        where l.lane = a.lane and l.account = a.id and l.seq <= ${seq} order by l.seq desc limit 1
      ) l
      join ledger.entries e on e.lane = a.lane and e.book = a.book and e.seq = l.seq and e.account = a.id
    ), 0) as entries offset 0
  ) last
  left join lateral (
    select n.net, h.credits as held_credits, h.debits as held_debits,
      coalesce((
        select e.balance_after from (
          select l.seq from ledger.entries l
          where l.lane = a.lane and l.account = a.id and l.layer = 'pending' and l.seq <= ${seq}
          order by l.seq desc limit 1
        ) l
        join ledger.entries e on e.lane = a.lane and e.book = a.book and e.seq = l.seq and e.account = a.id
          and e.layer = 'pending'
        order by e.leg desc limit 1
      ), 0) as net_pending
    from ledger.net_at(a.lane, a.id, ${seq}::bigint, null, null) n
    cross join lateral (
      select coalesce(sum(case t.kind when 'hold' then greatest(e.amount, 0) else least(e.amount, 0) end), 0) as credits,
        coalesce(sum(case t.kind when 'hold' then greatest(-e.amount, 0) else least(-e.amount, 0) end), 0) as debits
      from ledger.entries e
      cross join lateral (
        select * from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq offset 0
      ) t
      where e.lane = a.lane and e.account = a.id and e.layer = 'pending' and e.seq > ${seq}
        and (a.min_available is not null or a.max_balance is not null or a.status = 'closed')
      offset 0
    ) h
    where last.entries < a.version
    offset 0 -- asked only of accounts that have moved
  ) past on true
  where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode} and a.id > ${after}
    and (${isHead}::boolean or last.entries > 0 or a.created_at <= (
      select t.created_at from ledger.transactions t where t.lane = b.lane and t.book = b.id and t.seq = ${seq}))
  order by a.id limit ${limit}`

export interface TransactionRow {
  readonly seq: bigint
  readonly id: string
  readonly kind: TransactionKind
  readonly parent: bigint | null
  readonly expires_at: string | null
  readonly reference_id: string
  readonly description: string | null
  readonly currency: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly created_at: string
  readonly effective_at: string
  readonly booked_at: string | null
  readonly fingerprint: Buffer
  readonly text_salt: Buffer | null
  /** Of the erasure of its words; null where they were not erased. */
  readonly text_digest: Buffer | null
  readonly reason: string | null
  readonly erased_by: string | null
  readonly request_id: string | null
  readonly erased_at: string | null
  readonly content_hash: Buffer
  readonly hash: Buffer
  readonly accounts: readonly string[]
  readonly currencies: readonly string[]
  readonly scales: readonly (number | null)[]
  readonly normal_balances: readonly ('credit' | 'debit')[]
  readonly layers: readonly Layer[]
  readonly amounts: readonly bigint[]
  readonly nets_after: readonly bigint[]
  readonly account_versions: readonly bigint[]
}

/**
 * The book's next transactions up to a seq, at least one if there is any, and no more than some of about `weightMax`
 * entries: words weigh too, 256 bytes as much as an entry.
 */
export const listTransactions = (
  sql: Sql,
  book: BookKey,
  { after, until, limit, weightMax }: { after: bigint; until: bigint; limit: number; weightMax: number },
) => sql<TransactionRow>`
  with slice as materialized (
    select lane, book, seq from (
      select t.lane, t.book, t.seq, sum(t.weight) over (order by t.seq) - t.weight as weight_before
      from ledger.books b
      cross join lateral (
        select t.lane, t.book, t.seq,
          t.entry_count + (octet_length(t.metadata::text) + coalesce(octet_length(t.description), 0)) / 256 as weight
        from ledger.transactions t
        where t.lane = b.lane and t.book = b.id and t.seq > ${after} and t.seq <= ${until}
        order by t.seq limit ${limit}
      ) t
      where b.lane = ${laneOf(book)} and b.merchant = ${book.merchant} and b.mode = ${book.mode}
    ) counted
    where weight_before < ${weightMax}::integer
  )
  select t.seq, t.id, t.kind, t.parent,
    to_char(t.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as expires_at, t.reference_id, t.description, t.currency, t.metadata,
    to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at,
    to_char(t.effective_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as effective_at,
    to_char(t.booked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as booked_at,
    t.fingerprint, t.text_salt, t.content_hash, t.hash, x.text_digest, x.reason, x.erased_by, x.request_id,
    to_char(x.erased_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as erased_at, e.*
  from slice s
  cross join lateral (
    select * from ledger.transactions t where t.lane = s.lane and t.book = s.book and t.seq = s.seq offset 0
  ) t
  left join ledger.erasures x on x.lane = t.lane and x.book = t.book and x.seq = t.seq
  cross join lateral (
    select array_agg(a.public_id order by e.leg) as accounts, array_agg(a.currency order by e.leg) as currencies,
      array_agg(a.asset_scale order by e.leg) as scales, array_agg(a.normal_balance order by e.leg) as normal_balances,
      array_agg(e.layer order by e.leg) as layers, array_agg(e.amount order by e.leg) as amounts, array_agg(e.balance_after order by e.leg) as nets_after,
      array_agg(e.account_version order by e.leg) as account_versions
    from ledger.entries e
    cross join lateral (
      select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account
      offset 0 -- looks each of them up, where a join might read all accounts of the book
    ) a
    where e.lane = t.lane and e.book = t.book and e.seq = t.seq
  ) e
  order by t.seq`
