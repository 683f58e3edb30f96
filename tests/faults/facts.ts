import { withClient } from '@micro/postgres'
import type { Caller, Item } from '../e2e/api.ts'
import type { Tenant } from './load.ts'
import type { World } from './world.ts'

/** Everything a merchant's key can read of what there is. */
export interface Facts {
  readonly intents: readonly Item[]
  readonly transactions: readonly Item[]
  readonly accounts: readonly Item[]
  readonly events: readonly Item[]
}

const allOf = async (call: Caller, path: string): Promise<Item[]> => {
  const found: Item[] = []
  for (let cursor = ''; ;) {
    const { status, body } = await call('GET', `${path}?limit=100${cursor}`)
    if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
    found.push(...body.data)
    if (body['has_more'] !== true) return found
    cursor = `&starting_after=${body.data.at(-1)?.id}`
  }
}

export const readFacts = async ({ merchant }: Tenant): Promise<Facts> => {
  const [intents, transactions, accounts, events] = await Promise.all(
    ['/v1/payment_intents', '/ledger/transactions', '/ledger/accounts', '/v1/events'].map((path) =>
      allOf(merchant.test, path),
    ),
  )
  return { intents: intents ?? [], transactions: transactions ?? [], accounts: accounts ?? [], events: events ?? [] }
}

/** Does something to a database that no service could. */
export const asSuperuser = (url: string, statement: string): Promise<void> =>
  withClient({ url, applicationName: 'fault suite' }, async (client) => void (await client.query(statement)))

const askDatabase = (world: World, service: 'payments' | 'ledger' | 'events', statement: string) =>
  withClient({ url: world.databaseUrl(service), applicationName: 'fault suite' }, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows
  })

/** Transactions whose entries do not sum to zero, and accounts that are not the fold of their entries, of everybody. */
export const wrongBooks = (world: World) =>
  askDatabase(
    world,
    'ledger',
    `select 'transaction ' || lane || '/' || book || '/' || seq || ' sums to ' || sum(amount) as wrong
     from ledger.entries group by lane, book, seq having sum(amount) <> 0
     union all
     select 'account ' || a.public_id || ' of ' || a.merchant || ' is not the fold of its entries'
     from ledger.accounts a
     left join lateral (
       select coalesce(sum(greatest(e.amount, 0)), 0) as credits, coalesce(-sum(least(e.amount, 0)), 0) as debits,
         count(*) as moves
       from ledger.entries e where e.lane = a.lane and e.account = a.id) fold on true
     where (a.posted_credits, a.posted_debits, a.version) is distinct from (fold.credits, fold.debits, fold.moves)
     union all
     select 'book of ' || b.merchant || ' has ' || count(t.seq) || ' transactions up to seq ' || b.last_seq
     from ledger.books b left join ledger.transactions t on t.lane = b.lane and t.book = b.id
     group by b.lane, b.id having count(t.seq) <> b.last_seq`,
  )

/** What is on its way, of everybody: events not yet stored, charges without a result, postings the ledger lacks. */
export const underWay = (world: World) =>
  askDatabase(
    world,
    'payments',
    `select 'event ' || event_id || ' is not acknowledged' as wrong from payments.outbox where acked_at is null
     union all
     select 'charge ' || id || ' is ' || status from payments.charges where status = 'pending'
     union all
     select 'movement ' || id || ' of ' || source || ' is not posted' from payments.movements where posting = 'due'`,
  )

/** The same of the ledger: what of it is not yet told. */
export const untold = (world: World) =>
  askDatabase(
    world,
    'ledger',
    `select 'stretch ' || id || ' of book ' || book || ' is not told' as wrong from ledger.stretches
     union all
     select 'event ' || event_id || ' is not told' from ledger.outbox`,
  )

/** Events of everybody that were put aside, and orders with gaps. */
export const wrongEvents = (world: World) =>
  askDatabase(
    world,
    'events',
    `select 'event ' || event_id || ' was put aside: ' || reason as wrong from events.dead_letters
     union all
     select 'events of ' || h.merchant || ' end at ' || h.last_seq || ' and are ' || count(e.seq)
     from events.heads h left join events.events e on e.merchant = h.merchant and e.mode = h.mode
     group by h.merchant, h.mode, h.last_seq having count(e.seq) <> h.last_seq`,
  )

/** Events whose object changed, and told so in the outbox, in another order than their seqs say; of everybody. */
export const wrongOrder = async (world: World): Promise<string[]> => {
  const [told, stored] = await Promise.all([
    // Appended after the object's row is locked: the order of its commits.
    askDatabase(
      world,
      'payments',
      "select event_id, merchant || mode || (object ->> 'id') as of from payments.outbox order by id",
    ),
    askDatabase(world, 'events', 'select id, seq from events.events'),
  ])
  const seqs = new Map(stored.map(({ id, seq }) => [id, Number(seq)]))
  const last = new Map<unknown, number>()
  return told.flatMap(({ event_id: event, of }) => {
    const [seq, before] = [seqs.get(event) ?? 0, last.get(of) ?? 0]
    last.set(of, seq)
    return seq > 0 && seq < before
      ? [`I5: ${String(event)} of ${String(of)} has seq ${seq}, the one before it ${before}`]
      : []
  })
}

/** Who reads payments' outbox now, and for the how-manieth time it changed hands. */
export const outboxReader = async (world: World): Promise<{ holder: string; epoch: number } | undefined> => {
  const [row] = await askDatabase(world, 'events', "select holder, epoch from events.sources where name = 'payments'")
  return row && { holder: String(row['holder']), epoch: Number(row['epoch']) }
}
