import type { Tenant } from '@micro/contracts'
import { only, type Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'
import type { Movement } from './movement.ts'
import type { PostedMark } from './posted-marks.ts'

const insertMovement = (sql: Sql, movement: Movement) => sql`
  insert into payments.movements (
    id, merchant, mode, kind, source, charge, amount, fee, net, currency, available_on, description, metadata,
    effective_at, request_id, created_at, recorded_at, posting, posting_attempts, posting_after)
  values (
    ${movement.id}, ${movement.merchant}, ${movement.mode}, ${movement.kind}, ${movement.source}, ${movement.charge},
    ${movement.amount}, ${movement.fee}, ${movement.net}, ${movement.currency}, ${movement.available_on},
    ${movement.description}, ${movement.metadata}, ${movement.effective_at}, ${movement.request_id},
    ${movement.created_at}, ${movement.recorded_at}, ${movement.posting}, ${movement.posting_attempts},
    ${movement.posting_after})`

/** Adds to what was ever taken from a balance; whoever takes from it too waits from here to the commit. */
const drawBalance = (sql: Sql, { merchant, mode, currency, net }: Movement) => sql`
  insert into payments.balance_draws as d (merchant, mode, currency, drawn)
  values (${merchant}, ${mode}, ${currency}, ${net})
  on conflict (merchant, mode, currency) do update set drawn = d.drawn + excluded.drawn`

/**
 * Records a movement in the database transaction that makes it true; after its commit comes `movements.post`. What takes
 * from the balance locks its row of balance_draws, so record it last: nothing is locked after it.
 */
export const recordMovement = async (sql: Sql, movement: Movement): Promise<void> => {
  // Sent together, run in order.
  await Promise.all([insertMovement(sql, movement), movement.net < 0n && drawBalance(sql, movement)])
}

/**
 * The posting worker's work, of all merchants: movements the ledger has not confirmed yet. Takes them until `until`.
 */
export const takeDueMovements = takeTurns<Movement>({
  table: 'payments.movements',
  key: 'id',
  waits: "posting = 'due'",
  time: 'posting_after',
})

type Place = Tenant & Pick<Movement, 'id'>

/** Of any merchants: each is noted for its own. */
/**
 * Notes what the ledger has. PostgreSQL is not let see how long the arrays are: knowing it, it plans the statement anew each
 * time, which takes it half as long again as the work.
 */
export const savePosted = (sql: Sql, marks: readonly PostedMark[]) => sql`
  update payments.movements m set posting = 'done', posting_after = null, ledger_transaction = posted.transaction
  from (
    select ${marks.map(({ merchant }) => merchant)}::text[] as merchants, ${marks.map(({ mode }) => mode)}::text[] as modes,
      ${marks.map(({ id }) => id)}::text[] as ids,
      ${marks.map(({ ledgerTransaction }) => ledgerTransaction)}::text[] as transactions
    offset 0
  ) as told, unnest(told.merchants, told.modes, told.ids, told.transactions) as posted (merchant, mode, id, transaction)
  where m.merchant = posted.merchant and m.mode = posted.mode and m.id = posted.id and m.posting = 'due'`

export const deferPosting = (sql: Sql, { merchant, mode, id }: Place, { after }: { after: Date }) => sql`
  update payments.movements set posting_attempts = posting_attempts + 1, posting_after = ${after}
  where merchant = ${merchant} and mode = ${mode} and id = ${id} and posting = 'due'`

const measuredMax = 10_000

/** What waits for the ledger, of all merchants, by the database's clock. Bounded, however much it is. */
export const measureMovements = async (sql: Sql): Promise<{ count: number; oldestSeconds: number }> => {
  const { count, seconds } = only(
    await sql<{ count: bigint; seconds: number }>`
    select count(*) as count, coalesce(extract(epoch from clock_timestamp() - min(recorded_at))::float8, 0) as seconds
    from (select recorded_at from payments.movements where posting = 'due' limit ${measuredMax}) as due`,
  )
  return { count: Number(count), oldestSeconds: Math.max(0, seconds) }
}
