import { only, type Sql } from '@micro/postgres'
import type { Series } from './series.ts'

type Counted = { count: bigint }
const countOf = async (rows: Promise<Counted[]>): Promise<bigint> => only(await rows).count

export const countRecorded = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`select count(*) as count from ledger.transactions`)

const namesOf = (series: readonly Series[]): string[] => series.map(({ name }) => name)
const issuedOf = (series: readonly Series[]): number[] => series.map((each) => each.issued())

/** References given out that no transaction has. */
export const countMissing = (sql: Sql, series: readonly Series[]): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count
    from unnest(${namesOf(series)}::text[], ${issuedOf(series)}::bigint[]) as s (name, issued)
    cross join generate_series(0, s.issued - 1) as n
    left join ledger.transactions t
      on t.reference_id = left(translate(encode(sha256(convert_to(s.name || '/' || n, 'UTF8')), 'base64'), '+/', '-_'), 32)
    where t.reference_id is null`)

export const countUnbalanced = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count from (
      select t.seq from ledger.transactions t left join ledger.entries e using (lane, book, seq)
      group by t.lane, t.book, t.seq having sum(e.amount) is distinct from 0 or count(e.leg) <> t.entry_count) wrong`)

/** Accounts that are not the fold of their entries. */
export const countDrifted = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count from ledger.accounts a
    left join (
      select lane, book, account, count(*) as legs, sum(greatest(amount, 0)) as credits, sum(greatest(-amount, 0)) as debits
      from ledger.entries group by lane, book, account
    ) e on e.lane = a.lane and e.book = a.book and e.account = a.id
    where a.posted_credits <> coalesce(e.credits, 0) or a.posted_debits <> coalesce(e.debits, 0)
      or a.version <> coalesce(e.legs, 0)`)

/** Entries that tell another balance or version than the entries up to them make. */
export const countUnchained = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count from (
      select balance_after, account_version, sum(amount) over so_far as balance, count(*) over so_far as version
      from ledger.entries window so_far as (partition by lane, book, account order by seq, leg)
    ) e where balance_after <> balance or account_version <> version`)

/** Books whose seq has gaps or does not end where the book says. */
export const countGapped = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count from ledger.books b
    left join (
      select lane, book, count(*) as recorded, min(seq) as first, max(seq) as last from ledger.transactions group by lane, book
    ) t on t.lane = b.lane and t.book = b.id
    where b.last_seq <> coalesce(t.recorded, 0) or b.last_seq <> coalesce(t.last, 0) or t.first <> 1`)

export const countRecordedByHand = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`select count(*) as count from by_hand.transactions`)

export const countMissingByHand = (sql: Sql, series: readonly Series[]): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count
    from unnest(${namesOf(series)}::text[], ${issuedOf(series)}::bigint[]) as s (name, issued)
    cross join generate_series(0, s.issued - 1) as n
    left join by_hand.transactions t
      on t.reference = left(translate(encode(sha256(convert_to(s.name || '/' || n, 'UTF8')), 'base64'), '+/', '-_'), 32)
    where t.reference is null`)

export const countUnbalancedByHand = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count from (
      select t.id from by_hand.transactions t left join by_hand.entries e on e.transaction_id = t.id
      group by t.id having sum(e.amount) is distinct from 0) wrong`)

export const countDriftedByHand = (sql: Sql): Promise<bigint> =>
  countOf(sql<Counted>`
    select count(*) as count from by_hand.accounts a
    left join (select account_id, sum(amount) as balance from by_hand.entries group by account_id) e on e.account_id = a.id
    where a.balance <> coalesce(e.balance, 0)`)
