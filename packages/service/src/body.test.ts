import { Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { decodeBody, decodeQuery } from './body.ts'

const decode = (text: string, type?: string) => decodeBody(Buffer.from(text), type)
const form = 'application/x-www-form-urlencoded'

test("curl's default form content type with a JSON body is read as JSON", () => {
  expect(decode('{"amount": 5000, "currency": "usd"}', form)).toEqual({
    value: { amount: 5000, currency: 'usd' },
    coerce: false,
  })
})

test('nested form parameters are decoded the ways the SDKs and curl send them', () => {
  expect(decode('amount=1999&metadata[a]=1&types[0]=x&types[1]=y&more[]=z&auto[enabled]=true', form)).toEqual({
    value: { amount: '1999', metadata: { a: '1' }, types: ['x', 'y'], more: ['z'], auto: { enabled: 'true' } },
    coerce: true,
  })
})

describe('a JSON number is judged by its text', () => {
  for (const [text, want] of [
    ['1', 1],
    ['-7', -7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['12345678901234567890', '12345678901234567890'],
    ['10.5', '10.5'],
    ['1e3', '1e3'],
    ['1.0', '1.0'],
    ['-0', '-0'],
    ['1e309', '1e309'],
  ] as const) {
    test(`${text} reaches the schema as ${JSON.stringify(want)}`, () =>
      expect(decode(`{"amount":${text}}`, 'application/json').value).toEqual({ amount: want }))
  }
})

describe('refused with a clear fault', () => {
  for (const [what, text, type, code] of [
    ['broken JSON', '{"a":', 'application/json', 'body_invalid'],
    ['trailing garbage', '{"a":1} x', 'application/json', 'body_invalid'],
    ['__proto__', '{"__proto__":{"polluted":true}}', 'application/json', 'body_invalid'],
    ['constructor.prototype', '{"constructor":{"prototype":{"polluted":true}}}', 'application/json', 'body_invalid'],
    ['XML', '<a/>', 'application/xml', 'content_type_unsupported'],
    ['multipart', '--x', 'multipart/form-data; boundary=x', 'content_type_unsupported'],
    ['JSON nested too deeply', `${'['.repeat(34)}1.5${']'.repeat(34)}`, 'application/json', 'body_invalid'],
    [
      'JSON nested deeper than the stack',
      `${'['.repeat(400_000)}1.5${']'.repeat(400_000)}`,
      'application/json',
      'body_invalid',
    ],
    ['more values than any request has', `[1.5${',1.5'.repeat(20_000)}]`, 'application/json', 'body_invalid'],
    ['a form nested too deeply', 'a[b][c][d][e][f][g]=1', form, 'body_invalid'],
  ] as const) {
    test(what, () => expect(() => decode(text, type)).toThrow(expect.objectContaining({ code }) as Fault))
  }
  test('bytes that are not UTF-8', () =>
    expect(() => decodeBody(Buffer.from([0x7b, 0xff, 0x7d]), 'application/json')).toThrow(Fault))
})

test('the largest transaction is read', () => {
  const entry = '{"account_id":"acc_revenue","amount":1.5,"direction":"credit"}'
  const { value } = decode(`{"entries":[${Array.from({ length: 1000 }, () => entry).join()}]}`, 'application/json')
  expect((value as { entries: unknown[] }).entries).toHaveLength(1000)
})

describe('a form key that reaches for the prototype is refused, not passed over', () => {
  for (const text of [
    '__proto__[polluted]=1',
    '__proto__=1',
    'a[__proto__][polluted]=1',
    'metadata[__proto__]=1',
    '%5f_proto__[polluted]=1',
    'a=1&%5F%5F%70roto__[polluted]=1',
  ]) {
    test(text, () => {
      const refused = expect.objectContaining({ code: 'parameter_unknown' }) as Fault
      expect(() => decode(text, form)).toThrow(refused)
      expect(() => decodeQuery(text)).toThrow(refused)
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    })
  }
})

test('other names that every object has are names like any other', () => {
  const { value } = decode('metadata[constructor]=1&metadata[toString]=2&hasOwnProperty=3&valueOf[x]=4', form)
  expect(JSON.stringify(value)).toBe(
    '{"metadata":{"constructor":"1","toString":"2"},"hasOwnProperty":"3","valueOf":{"x":"4"}}',
  )
  decode('constructor[prototype][polluted]=1', form)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('of more parameters than are read none is silently left out', () => {
  const fill = (count: number) => Array.from({ length: count }, (_, at) => `a${at}=1`).join('&')
  expect(Object.keys(decode(fill(1000), form).value as object)).toHaveLength(1000)
  expect(() => decode(fill(1001), form)).toThrow(expect.objectContaining({ code: 'body_invalid' }) as Fault)
})

test('a query nested too deeply is told as a malformed URL', () =>
  expect(() => decodeQuery('a[b][c][d][e][f][g]=1')).toThrow(expect.objectContaining({ code: 'url_invalid' }) as Fault))

test('a form of any number of parameters is refused at once', () => {
  const beganMs = performance.now()
  expect(() => decode(`%41&${'a&'.repeat(500_000)}`, form)).toThrow(Fault)
  // Read parameter by parameter it takes minutes.
  expect(performance.now() - beganMs).toBeLessThan(10_000)
})
