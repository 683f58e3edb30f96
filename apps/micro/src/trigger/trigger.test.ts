import { eventObjects, isLedgerEvent } from '@micro/contracts'
import { newApiKey } from '@micro/signing'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli.fixture.ts'
import { fault, httpServer } from '../gateway.fixture.ts'
import { inProcess } from '../in-process.fixture.ts'
import { triggers } from './triggers.ts'

const apiKey = newApiKey('test')
let home: TemporaryDirectory
beforeAll(async () => {
  home = await temporaryDirectory()
})
afterAll(() => home.remove())

/** The payments of a gateway: one intent, whose status follows the calls. */
const paymentsServer = () =>
  httpServer(({ path, body }) => {
    const intent = (status: string, latest_charge: string | null = null) => ({
      id: 'pi_1',
      object: 'payment_intent',
      status,
      latest_charge,
    })
    if (path === '/v1/payment_intents') return { status: 200, body: intent('requires_payment_method') }
    if (path === '/v1/payment_intents/pi_1/cancel') return { status: 200, body: intent('canceled') }
    if (path !== '/v1/payment_intents/pi_1/confirm') return fault(404, 'unknown')
    if (body.includes('pm_card_visa')) return { status: 200, body: intent('succeeded', 'ch_1') }
    const error = {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: 'Your card was declined.',
    }
    return { status: 402, body: { error: { ...error, payment_intent: intent('requires_payment_method', 'ch_1') } } }
  })

const trigger = (url: string, ...args: string[]) =>
  runCli(['trigger', ...args, '--gateway-url', url], { home: home.path, env: { MICRO_API_KEY: apiKey } })

test('a key the server no longer takes is told with the way to a new one', async () => {
  const error = { type: 'invalid_request_error', code: 'api_key_invalid', message: 'Invalid API Key provided: ****' }
  await using server = await httpServer(() => ({ status: 401, body: { error } }))
  const { code, stderr } = await trigger(server.url, 'charge.succeeded')
  expect([code, stderr]).toEqual([
    3,
    'Error: Invalid API Key provided: ****\nLog in again for a new key: micro login\n',
  ])
})

/** What comes of time, of banks, or of a customer on a page, and so not at once; the ledger's come of `micro ledger`. */
const notAtOnce = [
  ...Object.keys(eventObjects).filter(isLedgerEvent),
  'charge.dispute.closed',
  'charge.dispute.funds_reinstated',
  'charge.dispute.updated',
  'charge.expired',
  'checkout.session.completed',
  'payment_intent.processing',
  'payout.failed',
  'payout.paid',
  'payout.updated',
  'refund.failed',
  'webhook_endpoint.disabled',
]

test('there is a trigger for every event that can be caused at once', () =>
  expect([...Object.keys(triggers), ...notAtOnce].toSorted()).toEqual(Object.keys(eventObjects).toSorted()))

const create = '/v1/payment_intents'
for (const [event, paths, last] of [
  ['payment_intent.created', [create], 'Created pi_1 over 20.00 USD.'],
  [
    'payment_intent.succeeded',
    [create, `${create}/pi_1/confirm`],
    'Confirmed pi_1 with pm_card_visa: succeeded, charge ch_1.',
  ],
  [
    'payment_intent.payment_failed',
    [create, `${create}/pi_1/confirm`],
    'Confirmed pi_1 with pm_card_chargeDeclined: declined (generic_decline), charge ch_1.',
  ],
  ['payment_intent.canceled', [create, `${create}/pi_1/cancel`], 'Canceled pi_1: canceled.'],
  ['charge.succeeded', [create, `${create}/pi_1/confirm`], 'Confirmed pi_1 with pm_card_visa: succeeded, charge ch_1.'],
  [
    'charge.failed',
    [create, `${create}/pi_1/confirm`],
    'Confirmed pi_1 with pm_card_chargeDeclined: declined (generic_decline), charge ch_1.',
  ],
] as const)
  test(`${event} makes its calls, each with an idempotency key of its own, and tells the ids`, async () => {
    await using server = await paymentsServer()
    const { code, stdout, stderr } = await trigger(server.url, event)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n').slice(-2)).toEqual([last, `Triggered ${event}.`])
    expect(server.seen.map(({ path }) => path)).toEqual(paths)
    const idempotencyKeys = server.seen.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(idempotencyKeys).size).toBe(paths.length)
    expect(stdout).not.toContain(apiKey)
  })

test('--json gives the ids as data', async () => {
  await using server = await paymentsServer()
  expect(JSON.parse((await trigger(server.url, 'charge.failed', '--json')).stdout)).toMatchObject({
    event: 'charge.failed',
    calls: [
      { operation: 'createPaymentIntent', object: 'payment_intent', id: 'pi_1' },
      { charge: 'ch_1', decline_code: 'generic_decline' },
    ],
  })
})

test('a refusal by the server ends with its class and its sentence', async () => {
  await using server = await httpServer(() => ({
    ...fault(429, 'Too many requests: 100 per minute are allowed.'),
    headers: { 'request-id': 'req_1' },
  }))
  expect(await trigger(server.url, 'charge.failed')).toEqual({
    code: 6,
    stdout: '',
    stderr: 'Error: Too many requests: 100 per minute are allowed. (request req_1)\n',
  })
})

test('a live key makes no call', async () => {
  await using server = await paymentsServer()
  const { code, stderr } = await trigger(server.url, 'charge.failed', '--api-key', newApiKey('live'))
  expect([code, stderr]).toEqual([
    1,
    'Error: Triggers make test payments; use a test key (sk_test_…), not a live one.\n',
  ])
  expect(server.seen).toEqual([])
})

test('no server is one sentence', async () => {
  const { code, stderr } = await trigger('http://127.0.0.1:1', 'charge.failed')
  expect([code, stderr]).toEqual([
    6,
    'Error: Cannot reach Micro at http://127.0.0.1:1. Is it running? Start it with: micro up\n',
  ])
})

test('--list names every trigger, also as data', async () => {
  const { code, stdout } = await inProcess(['trigger', '--list'])
  expect([code, stdout.trim().split('\n').length]).toEqual([0, Object.keys(triggers).length + 1])
  expect(JSON.parse((await inProcess(['trigger', '--list', '--json'])).stdout)).toContainEqual({
    event: 'charge.refunded',
    summary: 'pay, and refund it',
  })
})

test('--override changes what a call sends, as the contract has its types, and leaves the rest', async () => {
  await using server = await paymentsServer()
  const { code, stdout } = await trigger(
    ...[server.url, 'payment_intent.succeeded', '--override', 'payment_intent:amount=5000'],
    ...['--override', 'create_payment_intent:metadata[order]=7', '--override', 'payment_intent:off_session=true'],
    ...['--override', 'confirm_payment_intent:payment_method=pm_card_visa_debit'],
  )
  expect([code, stdout.split('\n')[0]]).toEqual([0, 'Created pi_1 over 50.00 USD.'])
  expect(server.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    {
      amount: 5000,
      currency: 'usd',
      description: '(created by micro trigger)',
      metadata: { order: '7' },
      off_session: true,
    },
    { payment_method: 'pm_card_visa_debit' },
  ])
})

for (const [override, message] of [
  ['payment_inten:amount=1', 'Did you mean payment_intent?'],
  ['refund:amount=1', "This trigger has no call 'refund'"],
  ['amount=5', 'It must look like payment_intent:amount=5000'],
  ['payment_intent:amount', 'It must look like'],
] as const)
  test(`--override ${override} makes no call`, async () => {
    const { code, stderr } = await inProcess(['trigger', 'payment_intent.succeeded', '--override', override])
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })

test('the help tells one event a line, however narrow the terminal is', async () => {
  const { stdout } = await runCli(['trigger', '--help'], { home: home.path })
  const lines = stdout.split('\n')
  for (const [name, { summary }] of Object.entries(triggers)) {
    const line = lines.find((each) => each.trim().startsWith(`${name} `))
    expect(line).toMatch(/^ {2}\S+ {3,}\S/)
    expect(line?.endsWith(summary)).toBe(true)
  }
})
