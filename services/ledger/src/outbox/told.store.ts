import type { Sql } from '@micro/postgres'
import type { HoldFacts } from '../holds/hold.ts'
import { toTransaction, type TransactionRow } from '../transactions/transaction.store.ts'
import type { Transaction } from '../transactions/transaction.ts'

/** Where a transaction stands, among all books. */
export interface Place {
  readonly lane: number
  readonly book: bigint
  readonly seq: bigint
}

/** A transaction with whose it is. */
export interface Owned extends Place {
  readonly merchant: string
  readonly transaction: Transaction
}

/** The transactions at these places, of whichever merchants: on nobody's behalf, each is told to its own. */
export const loadOwned = async (sql: Sql, places: readonly Place[]): Promise<Owned[]> => {
  if (places.length === 0) return []
  const rows = await sql<TransactionRow & Place & { merchant: string }>`
    select t.lane, t.book, b.merchant, t.id, t.seq, t.reference_id, t.description, t.currency, t.metadata, t.created_at,
      t.effective_at, t.booked_at, t.hash, t.fingerprint, t.kind, t.parent, t.expires_at, b.mode, x.erased_at,
      x.reason as erased_reason, e.*, null as reversed_by,
      (select p.id from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent) as parent_id
    from unnest(
      ${places.map(({ lane }) => lane)}::smallint[], ${places.map(({ book }) => book)}::bigint[],
      ${places.map(({ seq }) => seq)}::bigint[]
    ) as asked (lane, book, seq)
    cross join lateral (
      select * from ledger.transactions t where t.lane = asked.lane and t.book = asked.book and t.seq = asked.seq
      offset 0 -- looks each of them up, where a join might begin with all transactions there are
    ) t
    cross join lateral (select * from ledger.books b where b.lane = t.lane and b.id = t.book offset 0) b
    left join ledger.erasures x on x.lane = t.lane and x.book = t.book and x.seq = t.seq
    cross join lateral (
      select array_agg(a.public_id order by e.leg) as accounts, array_agg(a.currency order by e.leg) as currencies,
        array_agg(a.normal_balance order by e.leg) as normal_balances, array_agg(e.amount order by e.leg) as amounts,
        array_agg(e.balance_after order by e.leg) as nets_after, array_agg(e.layer order by e.leg) as layers
      from ledger.entries e
      cross join lateral (
        select * from ledger.accounts a where a.lane = e.lane and a.book = e.book and a.id = e.account offset 0
      ) a
      where e.lane = t.lane and e.book = t.book and e.seq = t.seq
    ) e`
  return rows.map((row) => ({
    lane: row.lane,
    book: row.book,
    seq: row.seq,
    merchant: row.merchant,
    transaction: toTransaction(row),
  }))
}

/** A hold as one of those that followed it left it. */
export interface HoldPoint extends Place {
  /** The seq of the one that followed. */
  readonly at: bigint
}

/** What had become of holds by then, but for their status. */
export const loadHoldPoints = async (
  sql: Sql,
  points: readonly HoldPoint[],
): Promise<(HoldPoint & Omit<HoldFacts, 'status'>)[]> =>
  points.length === 0
    ? []
    : sql<HoldPoint & Omit<HoldFacts, 'status'>>`
    select asked.lane, asked.book, asked.seq, asked.at, l.captured, l.remaining, c.transactions
    from unnest(
      ${points.map(({ lane }) => lane)}::smallint[], ${points.map(({ book }) => book)}::bigint[],
      ${points.map(({ seq }) => seq)}::bigint[], ${points.map(({ at }) => at)}::bigint[]
    ) as asked (lane, book, seq, at)
    cross join lateral (
      select array_agg(c.seq) || asked.seq as seqs, array_agg(c.id order by c.seq) as transactions
      from ledger.transactions c
      where c.lane = asked.lane and c.book = asked.book and c.parent = asked.seq and c.seq <= asked.at
        and c.kind in ('capture', 'release', 'expire')
    ) c
    cross join lateral (
      select array_agg(each.captured order by each.leg) as captured,
        array_agg(each.remaining order by each.leg) as remaining
      from (
        -- What takes back has the opposite sign of what was held, so what is left is the sum of both.
        select min(e.leg) filter (where e.seq = asked.seq) as leg,
          coalesce(sum(e.amount) filter (where e.layer = 'posted'), 0) as captured,
          sum(e.amount) filter (where e.layer = 'pending') as remaining
        from unnest(c.seqs) as s (seq)
        cross join lateral (
          select * from ledger.entries e where e.lane = asked.lane and e.book = asked.book and e.seq = s.seq offset 0
        ) e
        group by e.account
      ) each
    ) l`
