import type { Sql } from '@micro/postgres'
import type { BookRow } from './verify.ts'

// Written anew, and not as the database's triggers have it: a mistake there is to be found here.

/** A transaction that is no plain post, and whether it may stand where it does. */
export interface FollowingRow {
  readonly seq: bigint
  readonly wrong_parent: boolean
  readonly wrong_hold: boolean
}

/** Those of the book's holds, captures, releases, expiries and reversals in a range of seqs that are wrong. */
export const findWrongFollowing = (
  sql: Sql,
  { lane, id }: Pick<BookRow, 'lane' | 'id'>,
  { after, until }: { after: bigint; until: bigint },
) => sql<FollowingRow>`
  select * from (
    select t.seq, coalesce(case t.kind
      when 'hold' then t.parent is not null or starts_with(t.reference_id, 'micro:') or exists (
        select from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq
        group by e.account having count(*) > 1)
      -- Leg by leg both came to nothing.
      when 'reversal' then p.kind not in ('post', 'capture')
        or starts_with(p.reference_id, 'micro:') or starts_with(t.reference_id, 'micro:')
        or exists (
          select from ledger.entries e
          where e.lane = t.lane and e.book = t.book and e.seq in (t.seq, t.parent) and e.layer = 'posted'
          group by e.leg having count(*) <> 2 or sum(e.amount) <> 0 or count(distinct e.account) <> 1)
      else p.kind <> 'hold'
        or case t.kind
          when 'capture' then starts_with(t.reference_id, 'micro:') or coalesce(p.expires_at <= t.created_at, false)
          when 'release' then starts_with(t.reference_id, 'micro:')
          else t.reference_id <> 'micro:hold_expired:' || replace(p.id, 'ltx_', 'hold_')
            or p.expires_at is null or p.expires_at > t.created_at end
        -- On each account no more posted than taken back, and both as the hold has it.
        or exists (
          select from (
            select e.account, coalesce(sum(e.amount) filter (where e.layer = 'posted'), 0) as posted,
              coalesce(sum(e.amount) filter (where e.layer = 'pending'), 0) as taken, count(*) as legs
            from ledger.entries e where e.lane = t.lane and e.book = t.book and e.seq = t.seq
            group by e.account
          ) e
          left join lateral (
            select h.amount from ledger.entries h
            where h.lane = t.lane and h.book = t.book and h.seq = t.parent and h.account = e.account
            order by h.leg limit 1
          ) h on true
          where h.amount is null or e.legs > 2 or e.taken * h.amount >= 0 or e.posted * h.amount < 0
            or abs(e.posted) > abs(e.taken))
      end, true) as wrong_parent,
      t.kind = 'hold' and (
        s.status is null or s.expires_at is distinct from t.expires_at
        or exists (
          select from ledger.held l
          where l.lane = t.lane and l.book = t.book and l.seq = t.seq
            and (l.remaining * l.amount < 0 or abs(l.remaining) > abs(l.amount)))
        or s.status is distinct from case when exists (
          select from ledger.held l where l.lane = t.lane and l.book = t.book and l.seq = t.seq and l.remaining <> 0
        ) then 'open' else (
          select case c.kind when 'capture' then 'captured' when 'release' then 'released' else 'expired' end
          from ledger.transactions c
          where c.lane = t.lane and c.book = t.book and c.parent = t.seq and c.kind in ('capture', 'release', 'expire')
          order by c.seq desc limit 1
        ) end
      ) as wrong_hold
    from ledger.transactions t
    left join lateral (
      select * from ledger.transactions p where p.lane = t.lane and p.book = t.book and p.seq = t.parent offset 0
    ) p on true
    left join lateral (
      select * from ledger.holds h where h.lane = t.lane and h.book = t.book and h.seq = t.seq offset 0
    ) s on t.kind = 'hold'
    where t.lane = ${lane} and t.book = ${id} and t.seq > ${after} and t.seq <= ${until} and t.kind <> 'post'
  ) f
  where f.wrong_parent or f.wrong_hold
  order by f.seq`

/** The first state of the lane that belongs to no hold, and how many there are. */
export const findOrphanHolds = (sql: Sql, lane: number) => sql<{
  readonly book: bigint
  readonly seq: bigint
  readonly found: bigint
}>`
  select h.book, h.seq, count(*) over () as found from ledger.holds h
  where h.lane = ${lane} and not exists (
    select from ledger.transactions t
    where t.lane = h.lane and t.book = h.book and t.seq = h.seq and t.kind = 'hold')
  order by h.book, h.seq limit 1`
