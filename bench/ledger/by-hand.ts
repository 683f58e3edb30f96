// What is built without a ledger: one database transaction after another, by round trips or by one function each.
import pg from 'pg'
import { amount, inProcess, type Row } from './row.ts'
import type { Movement, Places } from './scenarios.ts'

/** Accounts of all books in one row of numbers, from 1. */
const numbersOf = ({ accounts }: Places, { book, source, target }: Movement): [source: number, target: number] => {
  const before = book * accounts + 1
  return [before + source, before + target]
}

const postByHand = async (
  client: pg.PoolClient,
  reference: string,
  [source, target]: [source: number, target: number],
): Promise<void> => {
  await client.query('begin')
  const { rows: accounts } = await client.query<{ id: string; balance: string }>(
    'select id, balance from by_hand.accounts where id = any($1) order by id for update',
    [[source, target]],
  )
  const { rows: made } = await client.query<{ id: string }>(
    'insert into by_hand.transactions (reference) values ($1) returning id',
    [reference],
  )
  for (const [account, moved] of [
    [source, -amount],
    [target, amount],
  ] as const) {
    const balance = BigInt(accounts.find(({ id }) => Number(id) === account)?.balance ?? 0) + moved
    await client.query(
      'insert into by_hand.entries (transaction_id, account_id, amount, balance_after) values ($1, $2, $3, $4)',
      [made[0]?.id, account, String(moved), String(balance)],
    )
    await client.query('update by_hand.accounts set balance = $2 where id = $1', [account, String(balance)])
  }
  await client.query('commit')
}

/** As many connections as there are callers. Schema: by-hand.sql. */
export const byHandRows = ({ pool, places }: { pool: pg.Pool; places: Places }) => ({
  naive: (callers: number): Row =>
    inProcess({
      way: 'naive',
      callers,
      places,
      async call({ draw, series }) {
        const client = await pool.connect()
        try {
          await postByHand(client, series.next(), numbersOf(places, draw()))
          client.release()
        } catch (error) {
          client.release(true)
          throw error
        }
      },
    }),
  byFunction: (callers: number): Row =>
    inProcess({
      way: 'function',
      callers,
      places,
      call: ({ draw, series }) =>
        pool.query({
          name: 'post',
          text: 'select by_hand.post($1, $2, $3, $4)',
          values: [series.next(), ...numbersOf(places, draw()), String(amount)],
        }),
    }),
})
