import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nameOf, type Operation } from '../../apps/dashboard/src/reference/operation.ts'
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
