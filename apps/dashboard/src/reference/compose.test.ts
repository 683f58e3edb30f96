import { describe, expect, test } from 'vitest'
import { addressOf, compose, pairsOf, valueOf } from './compose.ts'
import type { Field, Operation } from './operation.ts'

const field = (place: Field['in'], name: string, more: Partial<Field> = {}): Field => {
  const [first = '', ...rest] = name.split('.')
  return { in: place, path: [first, ...rest], required: false, kind: 'text', holds: 'string', note: '', ...more }
}
const operationOf = (over: Partial<Operation>): Operation => ({
  id: 'x',
  method: 'POST',
  path: '/v1/things',
  title: '',
  summary: '',
  group: '',
  credential: 'key',
  tryable: true,
  fields: [],
  answers: { status: 200, holds: 'thing' },
  refusals: [],
  ...over,
})

describe('what was typed becomes the value that it means', () => {
  for (const [kind, text, want] of [
    ['text', '007', { value: '007' }],
    ['integer', '4200', { value: 4200 }],
    ['integer', '42.5', { wrong: 'A whole number, please.' }],
    ['integer', '1e3', { wrong: 'A whole number, please.' }],
    ['number', '42', { value: 42 }],
    ['number', '100000000000000000000', { value: '100000000000000000000' }],
    ['number', '12.50', { value: '12.50' }],
    ['number', 'a', { wrong: 'A number, please.' }],
    ['boolean', 'true', { value: true }],
    ['boolean', 'false', { value: false }],
    ['json', '{"a":[1]}', { value: { a: [1] } }],
    ['json', '{"amount":"12345678901234567890"}', { value: { amount: '12345678901234567890' } }],
    ['json', '{"amount":12345678901234567890}', { wrong: 'A number this large needs quotes, or it would be rounded.' }],
    ['json', '{', { wrong: 'This is not JSON.' }],
  ] as const)
    test(`${kind} ${text}`, () => expect(valueOf({ kind }, text)).toEqual(want))

  test('a choice keeps its own type', () => {
    const choices = [true, false, 'one_off']
    expect(valueOf({ kind: 'choice', choices }, 'true')).toEqual({ value: true })
    expect(valueOf({ kind: 'choice', choices }, 'one_off')).toEqual({ value: 'one_off' })
  })
})

const operation = operationOf({
  path: '/v1/things/{id}/parts/{part}',
  body: 'form',
  fields: [
    field('path', 'id', { required: true }),
    field('path', 'part', { required: true }),
    field('query', 'created.gte', { kind: 'integer' }),
    field('header', 'Idempotency-Key'),
    field('body', 'amount', { kind: 'integer', required: true }),
    field('body', 'shipping.address.city'),
    field('body', 'shipping.name'),
    field('body', 'metadata', { kind: 'json' }),
  ],
})

test('a form becomes a request; what is empty is left out', () => {
  const { composed, wrong } = compose(operation, {
    'path id': 'th_1',
    'path part': 'a/b',
    'query created[gte]': '7',
    'header Idempotency-Key': 'once',
    'body amount': ' 4200 ',
    'body shipping[address][city]': 'Zürich',
    'body shipping[name]': '',
  })
  expect(wrong).toEqual({})
  expect(composed).toEqual({
    path: '/v1/things/th_1/parts/a%2Fb',
    params: ['th_1', 'a/b'],
    query: { created: { gte: 7 } },
    body: { amount: 4200, shipping: { address: { city: 'Zürich' } } },
    headers: { 'Idempotency-Key': 'once' },
  })
  expect(addressOf(composed)).toBe('/v1/things/th_1/parts/a%2Fb?created%5Bgte%5D=7')
})

test('what is missing is named, and its name stands for it', () => {
  const { composed, wrong } = compose(operation, { 'body metadata': '{' })
  expect(wrong).toEqual({
    'path id': 'This is needed.',
    'path part': 'This is needed.',
    'body amount': 'This is needed.',
    'body metadata': 'This is not JSON.',
  })
  expect(composed.path).toBe('/v1/things/ID/parts/PART')
  expect(composed.body).toEqual({ amount: 'AMOUNT', metadata: 'METADATA' })
})

test('an id that would lead to another path is none', () => {
  const { composed, wrong } = compose(operation, { 'path id': '..', 'path part': '.', 'body amount': '1' })
  expect(wrong).toEqual({ 'path id': 'This is no id.', 'path part': 'This is no id.' })
  expect(composed.path).toBe('/v1/things/ID/parts/PART')
})

describe('a secret', () => {
  const change = operationOf({
    body: 'json',
    fields: [
      field('query', 'client_secret', { kind: 'secret' }),
      field('body', 'current_password', { kind: 'secret', required: true }),
      field('body', 'card.number', { kind: 'secret' }),
    ],
  })
  const typed = { 'query client_secret': 's1', 'body current_password': ' hunter2 ', 'body card[number]': '4242' }

  test('is sent as it was typed, with its blanks, and shown nowhere', () => {
    const { composed, shown, wrong } = compose(change, typed)
    expect(wrong).toEqual({})
    expect(composed.body).toEqual({ current_password: ' hunter2 ', card: { number: '4242' } })
    expect(composed.query).toEqual({ client_secret: 's1' })
    expect(addressOf(shown)).toBe('/v1/things?client_secret=__SECRET_CLIENT_SECRET__')
    expect(shown.body).toEqual({
      current_password: '__SECRET_CURRENT_PASSWORD__',
      card: { number: '__SECRET_CARD_NUMBER__' },
    })
  })

  test('of blanks alone is one; without a sign it is missing', () => {
    expect(compose(change, { 'body current_password': ' ' }).composed.body).toEqual({ current_password: ' ' })
    expect(compose(change, {}).wrong).toEqual({ 'body current_password': 'This is needed.' })
  })

  test('of a card is not taken in live mode', () => {
    const { composed, wrong } = compose(change, typed, { mode: 'live' })
    expect(wrong).toEqual({ 'body card[number]': 'Cards are not typed here in live mode.' })
    expect(JSON.stringify(composed)).not.toContain('4242')
  })
})

test('a form without anything sends no body; JSON is an object all the same', () => {
  expect(compose(operationOf({ body: 'form' }), {}).composed.body).toBeUndefined()
  expect(compose(operationOf({ body: 'json' }), {}).composed.body).toEqual({})
  expect(compose(operationOf({}), {}).composed.body).toBeUndefined()
})

test('values are written as forms have them; half a character breaks nothing', () =>
  expect(pairsOf({ expand: ['a', 'b'], metadata: { order: 7 }, off: false, none: null, half: '\ud800' })).toEqual([
    ['expand[0]', 'a'],
    ['expand[1]', 'b'],
    ['metadata[order]', '7'],
    ['off', 'false'],
    ['none', ''],
    ['half', '�'],
  ]))
