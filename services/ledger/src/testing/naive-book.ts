/** A book as a list of everything that was recorded, to compare answers with. */
import type { Database } from '@micro/postgres'

export interface NaiveEntry {
  readonly id: string
  readonly account: string
  readonly seq: bigint
  readonly leg: number
  readonly layer: 'posted' | 'pending'
  readonly amount: bigint
  readonly createdAt: Date
  readonly countsAt: Date
}

/** Where to look, in the words of the API. */
export interface NaivePoint {
  readonly seq?: number
  readonly at?: number
  readonly effective_at?: number
}

/** All entries of a merchant's test book, read without an index in mind. */
export const readNaively = ({ sql }: Database, merchant: string): Promise<NaiveEntry[]> => sql<NaiveEntry>`
  select replace(t.id, 'ltx_', 'len_') || lpad((e.leg - 1)::text, 3, '0') as id, a.public_id as account, e.seq, e.leg,
    e.layer, e.amount, t.created_at as "createdAt", coalesce(t.booked_at, t.effective_at) as "countsAt"
  from ledger.books b
  join ledger.transactions t on t.lane = b.lane and t.book = b.id
  join ledger.entries e on e.lane = t.lane and e.book = t.book and e.seq = t.seq
  join ledger.accounts a on a.lane = e.lane and a.book = e.book and a.id = e.account
  where b.merchant = ${merchant} and b.mode = 'test'
  order by e.seq, e.leg`

const secondOf = (time: Date): number => Math.floor(time.getTime() / 1000)

export const isAt =
  ({ seq, at, effective_at }: NaivePoint) =>
  (entry: NaiveEntry): boolean =>
    (seq === undefined || entry.seq <= BigInt(seq)) &&
    (at === undefined || secondOf(entry.createdAt) <= at) &&
    (effective_at === undefined || secondOf(entry.countsAt) <= effective_at)

/** Credits minus debits of each account that has entries at the point; what was posted, unless told otherwise. */
export const netsAt = (
  entries: readonly NaiveEntry[],
  point: NaivePoint,
  layer: NaiveEntry['layer'] = 'posted',
): Map<string, bigint> => {
  const nets = new Map<string, bigint>()
  for (const { account, amount } of entries.filter((entry) => entry.layer === layer && isAt(point)(entry)))
    nets.set(account, (nets.get(account) ?? 0n) + amount)
  return nets
}
