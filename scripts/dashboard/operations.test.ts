import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { addressOf, compose, pairsOf } from '../../apps/dashboard/src/reference/compose.ts'
import { stripeNodeOf } from '../../apps/dashboard/src/reference/copies.ts'
import { isSecret, keyOf, nameOf, type Operation } from '../../apps/dashboard/src/reference/operation.ts'
import type { OpenApi } from '../../apps/docs/src/api/document.ts'
import { stripeOperations } from '../stripe-operations.ts'
import { operationsOf } from './operations.ts'

const openApi = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')) as OpenApi
const operations = operationsOf(openApi, stripeOperations)
const one = (id: string): Operation => operations.find((each) => each.id === id)!
const field = (id: string, name: string) => one(id).fields.find((each) => nameOf(each) === name)

test('every operation of the document has its place, and what it answers', () => {
  const all = Object.values(openApi.paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId))
  expect(operations.map(({ id }) => id).toSorted()).toEqual(all.toSorted())
  for (const { id, answers } of operations) expect([id, answers.holds]).not.toEqual([id, ''])
})

test('what is typed for a parameter follows from its schema', () => {
  for (const [id, name, want] of [
    ['createPaymentIntent', 'amount', { in: 'body', kind: 'integer', required: true }],
    ['createPaymentIntent', 'shipping[address][city]', { kind: 'text', required: false }],
    ['createPaymentIntent', 'metadata', { kind: 'json', example: '{"name":"…"}' }],
    ['createPaymentIntent', 'off_session', { kind: 'choice', choices: [true, false, 'one_off', 'recurring'] }],
    ['createPaymentIntent', 'Idempotency-Key', { in: 'header', kind: 'text' }],
    ['listRequestLogs', 'created[gte]', { in: 'query', kind: 'integer' }],
    ['listRequestLogs', 'method', { kind: 'choice', choices: ['GET', 'POST', 'DELETE'] }],
    ['captureLedgerHold', 'amount', { kind: 'number' }],
    [
      'recordLedgerTransaction',
      'entries',
      { kind: 'json', required: true, example: '[{"account_id":"…","amount":"…"}]' },
    ],
    ['retrievePaymentIntent', 'id', { in: 'path', required: true }],
  ] as const)
    expect([id, name, field(id, name)]).toMatchObject([id, name, want])
  expect(field('createPaymentIntent', 'mandate')).toBeUndefined()
})

test('what is for nobody else to see is typed as a secret, in whatever operation', () => {
  const secrets = operations.flatMap(({ fields }) => fields.filter(({ kind }) => kind === 'secret'))
  const names = new Set(secrets.map(({ path }) => path.join('.')))
  expect([...names].toSorted()).toEqual([
    'card.cvc',
    'card.number',
    'card.token',
    'card_number',
    'client_secret',
    'current_password',
    'cvc',
    'new_password',
    'password',
    'payment_intent_client_secret',
    'payment_method_data.card.cvc',
    'payment_method_data.card.number',
    'payment_method_data.card.token',
    'refresh_token',
    'secret_key',
    'setup_intent_client_secret',
    'token',
    'webhook_secret',
  ])
  // None is a part of what is typed as JSON, where it would be seen.
  for (const { id, fields } of operations) {
    const members = fields.flatMap(({ note }) => note.split('; ').filter((each) => each.startsWith('with ')))
    expect([id, members.flatMap((each) => each.slice(5).split(', ')).filter(isSecret)]).toEqual([id, []])
  }
})

test('who may call an operation is told, and how the stripe package does', () => {
  expect(one('createPaymentIntent')).toMatchObject({
    method: 'POST',
    path: '/v1/payment_intents',
    body: 'form',
    credential: 'key',
    tryable: true,
    scope: 'payments:write',
    stripe: 'paymentIntents.create',
  })
  expect(one('createApiKey')).toMatchObject({ credential: 'session', tryable: true, body: 'json' })
  expect(one('signOut')).toMatchObject({ credential: 'none', tryable: false })
  expect(one('listLedgerTransactions')).not.toHaveProperty('stripe')
  expect(operations.filter(({ stripe }) => stripe !== undefined).length).toBeGreaterThan(50)
})

/** The package with a wire of its own, on which each request is noted. */
const listening = () => {
  const asked: string[] = []
  const httpClient = Stripe.createFetchHttpClient((url: string | URL | Request, init?: RequestInit) => {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url)
    const body = typeof init?.body === 'string' ? init.body : ''
    asked.push(decodeURIComponent(`${init?.method} ${pathname}${search} ${body}`.trim()))
    return Promise.resolve(new Response('{}'))
  })
  return { asked, stripe: new Stripe('sk_test_none', { httpClient, maxNetworkRetries: 0 }) }
}

/** The same operation with its path and one parameter besides, if it takes a text. */
const withOneText = (operation: Operation) => {
  const text = operation.fields.find(
    ({ in: place, kind }) => (place === 'query' || place === 'body') && kind === 'text',
  )
  const fields = operation.fields.filter((each) => each.in === 'path' || each === text)
  return compose({ ...operation, fields }, text === undefined ? {} : { [keyOf(text)]: 'x' }).composed
}

test('what is copied for the stripe package makes this very request, with its arguments in their places', async () => {
  for (const operation of operations.filter(({ stripe }) => stripe !== undefined)) {
    const composed = withOneText(operation)
    const copied = stripeNodeOf(operation, composed, { origin: 'http://localhost:8080' })
    const { asked, stripe } = listening()
    await runInNewContext(/const answer = await ([^]*)\nconsole/.exec(copied ?? '')?.[1] ?? '', { stripe })
    const body = pairsOf(composed.body ?? {}).map(([name, text]) => `${name}=${text}`)
    const want = [operation.method, decodeURIComponent(addressOf(composed)), ...body].join(' ')
    expect([operation.id, asked]).toEqual([operation.id, [want]])
  }
})
