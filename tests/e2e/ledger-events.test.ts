import { eventually } from '@micro/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { join } from 'node:path'
import { caller, newMerchant, pay, type Caller, type Merchant } from './api.ts'
import { allOf } from './attempts.ts'
import { microProgram, start, temporaryDirectory, type Running } from './harness.ts'
import { ready, receiver } from './listener.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let folder: string
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  folder = await temporaryDirectory()
}, 180_000)
afterAll(() => platform?.stop())

const patience = { timeoutMs: 60_000 }

const listen = (key: string, ...args: string[]): Running =>
  start(microProgram, ['listen', ...args, '--config', join(folder, 'none.yaml')], {
    env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: key },
  })
const end = (listener: Running) => {
  listener.child.kill('SIGINT')
  return listener.ended
}
const restricted = async (...scopes: string[]): Promise<{ key: string; call: Caller }> => {
  const { body } = await merchant.session('POST', '/auth/api_keys', { body: { environment: 'test', scopes } })
  const key = String(body['key'])
  return { key, call: caller(platform.url, key) }
}

test("a merchant's ledger is told to its listeners and to endpoints that ask, and to no key that may not read it", async () => {
  const [named, everything, forwarded, narrow] = await Promise.all([receiver(), receiver(), receiver(), receiver()])
  const endpoint = async (url: string, types: string[]) =>
    (await merchant.test('POST', '/v1/webhook_endpoints', { body: { url, enabled_events: types } })).body
  const { secret } = await endpoint(named.url, ['ledger.*'])
  await endpoint(everything.url, ['*'])
  const blind = await restricted('events:read')
  const listeners = [listen(merchant.key, '--forward-to', forwarded.url), listen(blind.key, '--forward-to', narrow.url)]
  for (const each of listeners) await ready(each)

  const must = async (path: string, body: object) => {
    const answer = await merchant.test('POST', path, { body })
    expect([200, 201], path).toContain(answer.status)
    return answer.body
  }
  for (const id of ['wallet', 'shop']) await must('/ledger/accounts', { id, name: id, type: 'liability' })
  const entries = [
    { account_id: 'wallet', amount: -500 },
    { account_id: 'shop', amount: 500 },
  ]
  const transaction = await must('/ledger/transactions', { reference_id: 'order-1', entries })
  const hold = await must('/ledger/holds', { reference_id: 'order-2', entries })
  await must(`/ledger/holds/${hold.id}/capture`, {})
  await must(`/ledger/transactions/${transaction.id}/reverse`, {})
  await must('/ledger/accounts/wallet', { status: 'frozen' })
  await pay(merchant.test)

  const told = [
    'ledger.account.created',
    'ledger.account.created',
    'ledger.transaction.posted',
    'ledger.hold.created',
    'ledger.transaction.posted',
    'ledger.hold.captured',
    'ledger.transaction.posted',
    'ledger.transaction.reversed',
    'ledger.account.frozen',
  ]
  const payment = ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']
  const typesOf = ({ received }: typeof named) => received.map(({ event }) => event.type).toSorted()
  await eventually(() => expect(typesOf(forwarded)).toEqual([...told, ...payment].toSorted()), patience)
  await eventually(() => expect(typesOf(named)).toEqual(told.toSorted()), patience)
  await eventually(() => expect(typesOf(everything)).toEqual(payment.toSorted()), patience)
  await eventually(() => expect(typesOf(narrow)).toEqual(payment.toSorted()), patience)

  // What a payment posts is in the ledger, and told by the payment alone.
  const types = async (call: Caller) => (await allOf(call, '/v1/events')).map(({ type }) => type)
  expect((await types(merchant.test)).filter((type) => type.startsWith('ledger.')).toReversed()).toEqual(told)
  expect((await types(blind.call)).toSorted()).toEqual(payment.toSorted())

  // The official client verifies and reads one, and finds in it what the API answers with.
  const sent = named.received.find(({ event }) => event.type === 'ledger.transaction.reversed')
  const stripe = new Stripe('sk_test_unused')
  const event = stripe.webhooks.constructEvent(
    sent?.body ?? '',
    String(sent?.headers['stripe-signature']),
    String(secret),
  )
  const { body: shown } = await merchant.test('GET', `/ledger/transactions/${transaction.id}`)
  expect(event.data.object as unknown).toEqual(shown)

  const [whole, blindly] = await Promise.all(listeners.map(end))
  expect(whole?.stdout).toContain('ledger.transaction.reversed')
  expect(blindly?.stdout).not.toContain('ledger.')
  expect(blindly?.stderr).not.toContain('missing')
  for (const { close } of [named, everything, forwarded, narrow]) close()
}, 180_000)
