import type { WebhookFigures } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { key, webhookWorld, type WebhookWorld } from '../webhooks.fixture.ts'
import { figuresHandlers } from './figures.http.ts'

let world: WebhookWorld
beforeAll(async () => {
  world = await webhookWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

let made = 0
/** Requests that were made to an endpoint so many seconds after the beginning of time, with a status or without an answer. */
const requested = async (
  endpoint: string,
  rows: readonly (readonly [second: number, status: number | null, ms: number])[],
) => {
  for (const [second, status, ms] of rows) {
    const kept = status === null ? null : '{}'
    await world.database.owner.sql`
      insert into events.delivery_attempts (merchant, mode, id, delivery, endpoint, number, manual, api_version, pending, url,
        request_headers, status, error, response_headers, response_body, response_truncated, duration_ms, started_at)
      values ('acct_a', 'test', ${`wat_${++made}`}, 'dlv_any', ${endpoint}, 1, false, 'v', 0, 'http://localhost', '{}',
        ${status}, null, ${kept}::json, ${kept}, ${kept === null ? null : false}, ${ms}, to_timestamp(${second}))`
  }
}
const ask = async (endpoint: string, bounds: readonly number[], who = key()) => {
  const query = bounds.map((second, at) => `bounds[${at}]=${second}`).join('&')
  const { status, body } = await world.call(who, { url: `/v1/webhook_endpoints/${endpoint}/figures?${query}` })
  return { status, body: body as unknown as WebhookFigures & { error: { code: string; param: string } } }
}

test('what came of requests in each stretch and in all, and how long those took that were answered', async () => {
  const [{ id }, other] = [
    await world.endpoint({ url: 'http://127.0.0.1:4999/a' }),
    await world.endpoint({ url: 'http://127.0.0.1:4999/b' }),
  ]
  await requested(id, [
    [99, 200, 1],
    [100, 200, 10],
    [101, 204, 20],
    [102, 301, 30],
    [103, 500, 40],
    [104, null, 5_000],
    [200, 200, 7],
    [400, 200, 7],
  ])
  await requested(other.id, [[100, 500, 1]])
  const { status, body } = await ask(id, [100, 200, 300, 400])
  expect([status, body]).toEqual([
    200,
    {
      object: 'webhook_figures',
      webhook_endpoint: id,
      delivered: 3,
      refused: 2,
      unanswered: 1,
      duration_ms_p50: 20,
      duration_ms_p95: 40,
      series: [
        { from: 100, until: 200, delivered: 2, refused: 2, unanswered: 1, duration_ms_p50: 20, duration_ms_p95: 40 },
        { from: 200, until: 300, delivered: 1, refused: 0, unanswered: 0, duration_ms_p50: 7, duration_ms_p95: 7 },
        {
          from: 300,
          until: 400,
          delivered: 0,
          refused: 0,
          unanswered: 0,
          duration_ms_p50: null,
          duration_ms_p95: null,
        },
      ],
      livemode: false,
    },
  ])
})

test('a request counts for the endpoint it was made to', async () => {
  // Nothing listens there.
  const { id } = await world.endpoint({ url: 'http://127.0.0.1:4999/d0' })
  await world.store([{ type: 'charge.succeeded' }])
  await world.deliver()
  const now = unixSeconds(world.clock.now())
  expect((await ask(id, [now - 10, now + 10])).body).toMatchObject({ delivered: 0, refused: 0, unanswered: 1 })
})

test("404 for an endpoint that is unknown, another merchant's, or of the other mode", async () => {
  const { id } = await world.endpoint({ url: 'http://127.0.0.1:4999/c' })
  for (const [endpoint, who] of [
    ['we_unknown', key()],
    [id, key('acct_b')],
    [id, key('acct_a', 'live')],
  ] as const)
    expect((await ask(endpoint, [1, 2], who)).status).toBe(404)
})

test('400 for bounds that do not ascend', async () => {
  const { id } = await world.endpoint({ url: 'http://127.0.0.1:4999/d' })
  const { status, body } = await ask(id, [2, 2])
  expect([status, body.error]).toMatchObject([400, { code: 'parameter_invalid', param: 'bounds' }])
})

test("one merchant's figures wait for each other, and another's for none of them", async () => {
  const { db } = world.database
  const [first, begun] = [Promise.withResolvers<void>(), [] as number[]]
  // The first that is asked takes as long as it is let.
  const transaction: typeof db.transaction = async (...work) => {
    if (begun.push(begun.length) === 1) await first.promise
    return db.transaction(...work)
  }
  const { retrieveWebhookFigures: ask } = figuresHandlers({ db: { ...db, transaction } })
  const call = (merchant: string) =>
    ({ principal: { ...key(), merchant }, params: { id: 'we_none' }, query: { bounds: [1, 2] } }) as never
  const mine = Array.from({ length: 6 }, async () => ask(call('acct_busy')))
  await expect(ask(call('acct_other'))).rejects.toMatchObject({ code: 'resource_missing' })
  expect(begun).toHaveLength(2)
  await expect(ask(call('acct_busy'))).rejects.toMatchObject({ code: 'figures_busy' })
  first.resolve()
  for (const { status } of await Promise.allSettled(mine)) expect(status).toBe('rejected')
})

test('400 report_too_large: more than the database can read in the time it is given', async () => {
  const { id } = await world.endpoint({ url: 'http://127.0.0.1:4999/e' })
  const blocked = world.database.owner.transaction(async (sql) => {
    await sql`lock table events.delivery_attempts in access exclusive mode`
    const { retrieveWebhookFigures } = figuresHandlers({ db: world.database.db, timeoutMs: 50 })
    const call = { principal: key(), params: { id }, query: { bounds: [1, 2] } } as never
    await expect(retrieveWebhookFigures(call)).rejects.toMatchObject({ code: 'report_too_large' })
  })
  await blocked
})
