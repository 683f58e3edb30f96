// Takes one payment on a running Micro and follows it to the ledger and to its event. Usage: make smoke ARGS='--url http://…'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { url: { type: 'string', default: 'http://127.0.0.1:8080' } } })
const base = values.url.replace(/\/+$/, '')
let passed = 0

const check = (what: string, holds: boolean, seen: unknown): void => {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`)
  passed++
  console.log(`ok ${passed} - ${what}`)
}

const call = async (method: string, path: string, options: { credential?: string; body?: object } = {}) => {
  const response = await fetch(base + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(options.credential === undefined ? {} : { authorization: `Bearer ${options.credential}` }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const listOf = (answer: { body: Record<string, unknown> }) =>
  answer.body['data'] as { type?: string; data?: { object: { id: string } } }[]

const smoke = async (): Promise<void> => {
  const login = { email: `smoke-${randomUUID()}@example.com`, password: 'securepassword' }
  const registered = await call('POST', '/auth/register', { body: login })
  check('a developer registers', registered.status === 201, registered)
  const session = String((await call('POST', '/auth/login', { body: login })).body['token'])
  const created = await call('POST', '/auth/api_keys', { credential: session, body: { environment: 'test' } })
  check('makes an API key', created.status === 201, created.status)
  const credential = String(created.body['key'])
  const intent = await call('POST', '/v1/payment_intents', { credential, body: { amount: 5000, currency: 'usd' } })
  check('creates a payment intent', intent.status === 200, intent)
  const id = String(intent.body['id'])
  const paid = await call('POST', `/v1/payment_intents/${id}/confirm`, {
    credential,
    body: { payment_method: 'pm_card_visa' },
  })
  check('confirms it', paid.body['status'] === 'succeeded', paid)
  const reference = encodeURIComponent(`micro:charge:${String(paid.body['latest_charge'])}`)
  const booked = await call('GET', `/ledger/transactions?reference_id=${reference}`, { credential })
  check('finds it in the ledger, once', listOf(booked).length === 1, booked)
  const arrived = async () =>
    listOf(await call('GET', '/v1/events', { credential })).filter(
      ({ type, data }) => type === 'payment_intent.succeeded' && data?.object.id === id,
    ).length
  for (let tries = 0; tries < 100 && (await arrived()) === 0; tries++) await pause(50)
  check('and among its events, once', (await arrived()) === 1, await arrived())
}

try {
  await smoke()
  console.log(`${passed} passed, 0 failed`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log(`${passed} passed, 1 failed`)
  process.exitCode = 1
}
