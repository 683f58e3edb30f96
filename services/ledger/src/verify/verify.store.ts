import type { Sql } from '@micro/postgres'
import { seqMax } from '../books/book.ts'
import type { BookRow, EntryRow, TransactionRow } from './verify.ts'

// Read of all merchants' books, on nobody's behalf: whoever verifies answers for the whole ledger.

export const listLanes = async (sql: Sql): Promise<number[]> =>
  (
    await sql<{ lane: number }>`
      select lane from ledger.books union select lane from ledger.accounts
      union select lane from ledger.transactions union select lane from ledger.entries
      union select lane from ledger.holds
      order by lane`
  ).map(({ lane }) => lane)

/** The lane's next books, by id. */
export const listBooks = (sql: Sql, lane: number, { after, limit }: { after: bigint; limit: number }) => sql<BookRow>`
  select lane, id, merchant, mode, coalesce(origin_merchant, merchant) as origin_merchant,
    coalesce(origin_mode, mode) as origin_mode, last_seq, head_hash
  from ledger.books
  where lane = ${lane} and id > ${after}
  order by id limit ${limit}`

/** The book's next transactions by seq, each with what its entries add up to and the hash its content has now. */
export const listTransactions = (
  sql: Sql,
  { lane, id }: Pick<BookRow, 'lane' | 'id'>,
  { after, until = seqMax, limit }: { after: bigint; until?: bigint; limit: number },
) => sql<TransactionRow>`
  select t.seq, t.entry_count, e.legs, e.accounts, e.currencies_unbalanced, e.legs_wrong,
    t.currency is null and e.currencies < 2 as currency_missing,
    case t.kind when 'post' then e.held > 0 when 'reversal' then e.held > 0
      when 'capture' then e.held = 0 or e.held = e.legs else e.held < e.legs end as layers_wrong, t.content_hash, t.hash,
    -- Words without a salt are not covered by the hash, and a salt without words covers none.
    case when (t.text_salt is null) = (t.description is null and t.metadata = '{}') then c.hash end as content_found,
    (t.text_salt is not null or t.description is not null or t.metadata <> '{}') and exists (
      select from ledger.erasures x where x.lane = t.lane and x.book = t.book and x.seq = t.seq
    ) as wrongly_erased,
    coalesce(t.created_at < (
      select p.created_at from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.seq - 1
    ), false) as reversed
  from ledger.transactions t
  cross join lateral (
    select coalesce(sum(legs), 0)::bigint as legs, coalesce(sum(accounts), 0)::bigint as accounts,
      coalesce(sum(legs) filter (where layer = 'pending'), 0)::bigint as held,
      count(distinct currency) as currencies, count(*) filter (where total <> 0) as currencies_unbalanced,
      coalesce(sum(legs_wrong), 0)::bigint as legs_wrong
    from (
      select coalesce(a.currency, t.currency) as currency, e.layer, count(*) as legs, count(distinct e.account) as accounts, sum(e.amount) as total,
        count(*) filter (
          where a.id is null or a.currency <> t.currency
            or a.system <> (starts_with(t.reference_id, 'micro:') and t.kind <> 'expire')
        ) as legs_wrong
      from ledger.entries e
      left join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq
      group by coalesce(a.currency, t.currency), e.layer
    ) each_sum
  ) e
  left join lateral (
    select hash from ledger.contents c where c.lane = t.lane and c.book = t.book and c.seq = t.seq
    offset 0 -- hashes these alone, where a join might hash all there are
  ) c on true
  where t.lane = ${lane} and t.book = ${id} and t.seq > ${after} and t.seq <= ${until}
  order by t.seq limit ${limit}`

/** The lane's next entries, account by account, each account's in the order of posting. */
export const listEntries = (
  sql: Sql,
  lane: number,
  { after, limit }: { after: Pick<EntryRow, 'account' | 'seq' | 'leg'>; limit: number },
) => sql<EntryRow>`
  select e.book, e.account, e.seq, e.leg, e.layer, e.amount, e.balance_after, e.account_version,
    a.public_id, a.posted_credits, a.posted_debits, a.pending_credits, a.pending_debits, a.version,
    e.layer = 'pending' and coalesce((
      select t.kind <> 'hold' from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq
    ), false) as takes_back
  from ledger.entries e
  left join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
  -- The first comparison is the index's, the second decides between legs of one transaction.
  where e.lane = ${lane} and (e.account, e.seq) >= (${after.account}::bigint, ${after.seq}::bigint)
    and (e.account, e.seq, e.leg) > (${after.account}::bigint, ${after.seq}::bigint, ${after.leg}::smallint)
  order by e.account, e.seq, e.leg limit ${limit}`

type Orphan = { readonly book: bigint; readonly seq: bigint; readonly found: bigint }

/** The first transaction of the lane that belongs to no book, and how many there are. */
export const findOrphanTransactions = (sql: Sql, lane: number) => sql<Orphan>`
  select t.book, t.seq, count(*) over () as found from ledger.transactions t
  where t.lane = ${lane} and not exists (select from ledger.books b where b.lane = t.lane and b.id = t.book)
  order by t.book, t.seq limit 1`

/** The first entry of the lane that belongs to no transaction, and how many there are. */
export const findOrphanEntries = (sql: Sql, lane: number) => sql<Orphan>`
  select e.book, e.seq, count(*) over () as found from ledger.entries e
  where e.lane = ${lane} and not exists (
    select from ledger.transactions t where t.lane = e.lane and t.book = e.book and t.seq = e.seq)
  order by e.book, e.seq, e.leg limit 1`

type WrongAccount = { readonly book: bigint; readonly public_id: string; readonly found: bigint }

/** The first account of the lane, or of one book in it, that belongs to no book of its merchant and mode, and how many there are. */
export const findOrphanAccounts = (sql: Sql, lane: number, book: bigint | null = null) => sql<WrongAccount>`
  select a.book, a.public_id, count(*) over () as found from ledger.accounts a
  where a.lane = ${lane} and (${book}::bigint is null or a.book = ${book}) and not exists (
    select from ledger.books b
    where b.lane = a.lane and b.id = a.book and b.merchant = a.merchant and b.mode = a.mode)
  order by a.book, a.id limit 1`

/** The first account of the lane, or of one book in it, that shows a balance without having entries, and how many there are. */
export const findBalancesOfNothing = (sql: Sql, lane: number, book: bigint | null = null) => sql<WrongAccount>`
  select a.book, a.public_id, count(*) over () as found from ledger.accounts a
  where a.lane = ${lane} and (a.version <> 0 or a.posted_credits <> 0 or a.posted_debits <> 0
      or a.pending_credits <> 0 or a.pending_debits <> 0)
    and (${book}::bigint is null or a.book = ${book})
    and not exists (select from ledger.entries e where e.lane = a.lane and e.book = a.book and e.account = a.id)
  order by a.book, a.id limit 1`

/** The first account of the lane, or of one book in it, that shows what its limits or its state rule out, and how many there are. */
export const findLimitsPassed = (sql: Sql, lane: number, book: bigint | null = null) => sql<WrongAccount>`
  select a.book, a.public_id, count(*) over () as found from ledger.accounts a
  cross join lateral (
    select case a.normal_balance when 'credit' then a.posted_credits - a.posted_debits
      else a.posted_debits - a.posted_credits end as balance,
      case a.normal_balance when 'credit' then a.pending_debits else a.pending_credits end as pending_out,
      case a.normal_balance when 'credit' then a.pending_credits else a.pending_debits end as pending_in
  ) b
  where a.lane = ${lane} and (b.balance - b.pending_out < a.min_available or b.balance + b.pending_in > a.max_balance
    or (a.status = 'closed' and (b.balance <> 0 or b.pending_in <> 0 or b.pending_out <> 0)))
    and (${book}::bigint is null or a.book = ${book})
  order by a.book, a.id limit 1`
