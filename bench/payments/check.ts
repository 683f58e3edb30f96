// Whether what was measured was done: a fast answer that lost something is worth nothing.
import { eventually } from '@micro/testing'
import pg from 'pg'

const ask = async <Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const [row] = (await client.query<Row>(text)).rows
    if (row === undefined) throw new Error(`no row for: ${text}`)
    return row
  } finally {
    await client.end()
  }
}

const same = (what: string, found: number, wanted: number): void => {
  if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`)
}

/** Events follow their commits; this long after the last answer they must all be there. */
const settleMsMax = 60_000

/**
 * Each acknowledged payment exists once, in payments, ledger and events, and the ledger sums to 0.
 * @throws Error that says what differs
 */
export const check = async (
  databaseUrl: (database: string) => string,
  paid: ReadonlySet<string>,
  key: { url: string; key: string },
): Promise<void> => {
  const { succeeded } = await ask<{ succeeded: string }>(
    databaseUrl('payments'),
    `select count(*) as succeeded from payments.payment_intents where status = 'succeeded'`,
  )
  same('payments stored', Number(succeeded), paid.size)
  await eventually(
    async () => {
      const { posted, sum } = await ask<{ posted: string; sum: string | null }>(
        databaseUrl('ledger'),
        `select (select count(*) from ledger.transactions) as posted, sum(amount) as sum from ledger.entries`,
      )
      same('ledger transactions', Number(posted), paid.size)
      same('sum of the ledger', Number(sum), 0)
      const { told } = await ask<{ told: string }>(
        databaseUrl('events'),
        `select count(*) as told from events.events where type = 'payment_intent.succeeded'`,
      )
      same('events of success', Number(told), paid.size)
    },
    { timeoutMs: settleMsMax },
  )
  const answer = await fetch(`${key.url}/ledger/verify`, { headers: { authorization: `Bearer ${key.key}` } })
  if (!answer.ok) throw new Error(`the ledger does not verify: ${answer.status} ${await answer.text()}`)
}
