import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { compose, type Composed } from './compose.ts'
import { curlOf, jsValue, microOf, shellWord, stripeNodeOf } from './copies.ts'
import type { Operation } from './operation.ts'

const origin = 'http://localhost:8080'
const create: Operation = {
  id: 'createPaymentIntent',
  method: 'POST',
  path: '/v1/payment_intents',
  title: '',
  summary: '',
  group: '',
  credential: 'key',
  tryable: true,
  body: 'form',
  stripe: 'paymentIntents.create',
  fields: [],
  answers: { status: 200, holds: 'payment_intent' },
  refusals: [],
}
const composed = (over: Partial<Composed> = {}): Composed => ({
  path: create.path,
  params: [],
  query: {},
  body: undefined,
  headers: {},
  ...over,
})
const paid = composed({
  body: { amount: 4200, currency: 'usd', description: "Ada's tea & cake", metadata: { order: '7' } },
  headers: { 'Idempotency-Key': 'order 7' },
})
const list: Operation = { ...create, method: 'GET', stripe: 'paymentIntents.list' }
const listed = composed({ query: { limit: 3, created: { gte: 7 } } })
const { body: _, stripe: __, ...bare } = create
const post: Operation = { ...bare, path: '/ledger/transactions', body: 'json' }
const entries = composed({ path: post.path, body: { reference_id: "it's", entries: [{ account_id: 'a', amount: 1 }] } })
const remove: Operation = { ...bare, method: 'DELETE', path: '/v1/customers/{id}', stripe: 'customers.del' }
const removed = composed({ path: '/v1/customers/cus_1', params: ['cus_1'] })

describe('for curl', () => {
  test('a form, with its key looked for elsewhere', () =>
    expect(curlOf(create, paid, { origin })).toBe(`curl http://localhost:8080/v1/payment_intents \\
  -H "Authorization: Bearer $MICRO_API_KEY" \\
  -H 'Idempotency-Key: order 7' \\
  -d amount=4200 \\
  -d currency=usd \\
  --data-urlencode 'description=Ada'\\''s tea & cake' \\
  -d 'metadata[order]=7'`))

  test('a query is part of the address, where curl reads no brackets', () =>
    expect(curlOf(list, listed, { origin })).toBe(
      `curl 'http://localhost:8080/v1/payment_intents?limit=3&created%5Bgte%5D=7' \\
  -H "Authorization: Bearer $MICRO_API_KEY"`,
    ))

  test('JSON', () =>
    expect(curlOf(post, entries, { origin })).toBe(`curl http://localhost:8080/ledger/transactions \\
  -H "Authorization: Bearer $MICRO_API_KEY" \\
  -H 'Content-Type: application/json' \\
  --data-raw '{"reference_id":"it'\\''s","entries":[{"account_id":"a","amount":1}]}'`))

  test('a method that curl would not choose itself', () => {
    expect(curlOf(remove, removed, { origin })).toMatch(/^curl -X DELETE http:/)
    expect(curlOf(create, composed(), { origin })).toMatch(/^curl -X POST http:/)
  })

  test('a person’s session, and nobody’s', () => {
    expect(curlOf({ ...create, credential: 'session' }, composed(), { origin })).toContain('Bearer $MICRO_TOKEN')
    expect(curlOf({ ...create, credential: 'none' }, composed(), { origin })).not.toContain('Authorization')
  })
})

describe('a word for the shell arrives as it was', () => {
  for (const word of ["it's", '$HOME', '`id`', 'a b', '"', '\\', '!', 'a\nb', '*', '~', 'ü', ''])
    test(JSON.stringify(word), () => {
      const written = execFileSync('/bin/sh', ['-c', `printf '%s' ${shellWord(word)}`], { encoding: 'utf8' })
      expect(written).toBe(word)
    })
})

describe('for the stripe package', () => {
  test('parameters and options', () =>
    expect(stripeNodeOf(create, paid, { origin })).toBe(`import Stripe from 'stripe'

const stripe = new Stripe(process.env.MICRO_API_KEY, { host: 'localhost', port: 8080, protocol: 'http' })
const answer = await stripe.paymentIntents.create({
  amount: 4200,
  currency: 'usd',
  description: "Ada's tea & cake",
  metadata: { order: '7' },
}, { idempotencyKey: 'order 7' })
console.log(answer)
`))

  test('an id, and a query', () => {
    expect(stripeNodeOf(remove, removed, { origin })).toContain(`stripe.customers.del('cus_1')`)
    expect(stripeNodeOf(list, listed, { origin })).toContain(`paymentIntents.list({ limit: 3, created: { gte: 7 } })`)
  })

  test('options come after parameters, also where there are none', () =>
    expect(stripeNodeOf(create, composed({ headers: { 'Idempotency-Key': 'k' } }), { origin })).toContain(
      `create({}, { idempotencyKey: 'k' })`,
    ))

  test('https has its own port', () =>
    expect(stripeNodeOf(create, paid, { origin: 'https://pay.example' })).toContain(
      `{ host: 'pay.example', port: 443, protocol: 'https' }`,
    ))

  test('where it has no method, there is none', () => expect(stripeNodeOf(post, entries, { origin })).toBeUndefined())
})

describe('a value in JavaScript is the same value', () => {
  for (const value of [
    "it's",
    'a\\b\n"',
    '</script>',
    7,
    true,
    null,
    [],
    {},
    { 'a-b': [1, { c: 'd' }], __proto: 1, 'Idempotency-Key': 'x'.repeat(80) },
  ])
    test(JSON.stringify(value), () => {
      const read = execFileSync(process.execPath, ['-p', `JSON.stringify(${jsValue(value)})`], { encoding: 'utf8' })
      expect(JSON.parse(read)).toEqual(value)
    })
})

describe('for micro', () => {
  test('a form', () =>
    expect(microOf(create, paid, { mode: 'test' })).toBe(`micro post /v1/payment_intents \\
  -d amount=4200 \\
  -d currency=usd \\
  -d 'description=Ada'\\''s tea & cake' \\
  -d 'metadata[order]=7' \\
  --idempotency='order 7'`))

  test('a query, in live mode', () =>
    expect(microOf(list, listed, { mode: 'live' })).toBe(`micro get /v1/payment_intents \\
  -d limit=3 \\
  -d 'created[gte]=7' \\
  --live`))

  test('JSON comes by standard input', () =>
    expect(microOf(post, entries, { mode: 'test' }))
      .toBe(`printf '%s' '{"reference_id":"it'\\''s","entries":[{"account_id":"a","amount":1}]}' | micro post /ledger/transactions \\
  --body -`))

  test('what no key may it cannot do', () =>
    expect(microOf({ ...create, credential: 'session' }, composed(), { mode: 'test' })).toBeUndefined())
})

test('no copy has a key in it', () => {
  for (const text of [
    curlOf(create, paid, { origin }),
    stripeNodeOf(create, paid, { origin }),
    microOf(create, paid, { mode: 'test' }),
  ])
    expect(text).not.toMatch(/[sr]k_(test|live)_/)
})

describe('a secret is never written out, and taken from a variable', () => {
  const fields = [
    { in: 'body', path: ['current_password'], required: true, kind: 'secret', holds: '', note: '' },
    { in: 'body', path: ['card', 'number'], required: false, kind: 'secret', holds: '', note: '' },
  ] as const
  const typed = { 'body current_password': 'hunter2', 'body card[number]': '4000000000000002' }
  const form = { ...create, fields }
  const json = { ...post, fields }
  const shown = (operation: Operation) => compose(operation, typed).shown

  test('for curl', () => {
    const copied = curlOf(json, shown(json), { origin })
    expect(copied).toContain(`"current_password": "'"$CURRENT_PASSWORD"'",`)
    expect(copied).toContain(`"number": "'"$CARD_NUMBER"'"`)
    expect(curlOf(form, shown(form), { origin }).split('\n').slice(-2)).toEqual([
      `  --data-urlencode current_password="$CURRENT_PASSWORD" \\`,
      `  --data-urlencode 'card[number]='"$CARD_NUMBER"`,
    ])
  })
  test('for Node', () =>
    expect(stripeNodeOf(form, shown(form), { origin })).toContain(
      '  current_password: process.env.CURRENT_PASSWORD,\n  card: { number: process.env.CARD_NUMBER },\n',
    ))
  test('for micro', () => {
    expect(microOf(form, shown(form), { mode: 'test' })).toContain(`-d 'card[number]='"$CARD_NUMBER"`)
    expect(microOf(json, shown(json), { mode: 'test' })).toContain(`"'"$CURRENT_PASSWORD"'"`)
  })
  test('as a shell reads it', () => {
    const env = { CURRENT_PASSWORD: "it's $x", CARD_NUMBER: '42 42' }
    const words = shellWord(JSON.stringify(shown(json).body))
    const written = execFileSync('/bin/sh', ['-c', `printf '%s' ${words}`], { encoding: 'utf8', env })
    expect(JSON.parse(written)).toEqual({ current_password: "it's $x", card: { number: '42 42' } })
  })
})
