import { Exact } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import Type from 'typebox'
import { describe, expect, test } from 'vitest'
import { compileValidator } from './validate.ts'

const validate = compileValidator(
  Exact({
    amount: Type.Integer({ minimum: 1 }),
    environment: Type.Optional(Type.Union([Type.Literal('test'), Type.Literal('live')])),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
    entries: Type.Optional(
      Type.Array(
        Exact({
          value: Type.Union([Type.Integer(), Type.String({ pattern: '^\\d+$' })], { 'x-expected': 'a whole number' }),
        }),
      ),
    ),
    confirm: Type.Optional(Type.Boolean()),
  }),
)

const faultFor = (value: unknown, coerce = false): Fault => {
  try {
    validate(value, coerce)
  } catch (error) {
    return error as Fault
  }
  throw new Error('the value was accepted')
}

describe('a wrong parameter is named', () => {
  for (const [value, code, param, says] of [
    [{}, 'parameter_missing', 'amount', 'Missing required param: amount'],
    [{ amount: '10.5' }, 'parameter_invalid_integer', 'amount', "got '10.5'"],
    [{ amount: 10.5 }, 'parameter_invalid_integer', 'amount', 'got 10.5'],
    [{ amount: 0 }, 'parameter_invalid', 'amount', 'must be >= 1'],
    [{ amount: 1, foo: 1 }, 'parameter_unknown', 'foo', 'unknown parameter: foo'],
    [
      { amount: 1, environment: 'prod' },
      'parameter_invalid',
      'environment',
      "must be one of 'test', 'live', got 'prod'",
    ],
    [{ amount: 1, name: '' }, 'parameter_invalid_empty', 'name', "empty string for 'name'"],
    [{ amount: 1, name: 'too long' }, 'parameter_invalid', 'name', '5 characters'],
    [
      { amount: 1, entries: [{ value: 1 }, { value: '1e3' }] },
      'parameter_invalid',
      'entries[1][value]',
      "must be a whole number, got '1e3'",
    ],
    [{ amount: 1, entries: [{}] }, 'parameter_missing', 'entries[0][value]', 'entries[0][value]'],
    [{ amount: 1, entries: [{ value: 1, x: 1 }] }, 'parameter_unknown', 'entries[0][x]', 'entries[0][x]'],
  ] as const) {
    test(`${JSON.stringify(value)} → ${code} ${param}`, () => {
      const fault = faultFor(value)
      expect(fault).toMatchObject({ code, detail: { param } })
      expect(fault.message).toContain(says)
    })
  }
})

test('form text becomes the number or boolean asked for; JSON text does not', () => {
  const value = { amount: '1999', confirm: 'true' }
  validate(value, true)
  expect(value).toEqual({ amount: 1999, confirm: true })
  expect(faultFor({ amount: '1999' }).code).toBe('parameter_invalid_integer')
})

for (const text of ['1e3', '10.0', '0x10', ' 5', '+5', '05', '9007199254740993', '1e308', '9'.repeat(400), '1e999'])
  test(`form text '${text}' is no integer, though JavaScript would read one`, () => {
    expect(faultFor({ amount: text }, true)).toMatchObject({
      code: 'parameter_invalid_integer',
      detail: { param: 'amount' },
    })
  })

describe('what a stranger sends is repeated back in a few characters, however much it is', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
  for (const [what, value, says] of [
    ['a long text', { amount: 'x'.repeat(2 ** 20) }, `'${'x'.repeat(56)}...`],
    ['a list nested deeper than the stack', { amount: nested(100_000) }, 'got a list'],
    ['an object', { amount: { number: '4242424242424242' } }, 'got an object'],
    ['text that looks like the start of a token over and over', { amount: ['eyJ-'.repeat(2 ** 18)] }, 'got a list'],
    ['a long name', { amount: 1, ['x'.repeat(2 ** 20)]: 1 }, 'x...'],
    ['a secret as a name', { amount: 1, sk_test_0123456789abcdef: 1 }, 'sk_test_0123[redacted]'],
  ] as const)
    test(what, { timeout: 60_000 }, () => {
      const { message } = faultFor(value)
      expect(message).toContain(says)
      expect(message.length).toBeLessThan(300)
    })
})
