import { describe, expect, test } from 'vitest'
import { headingOf, type Route } from './document.ts'
import { fieldList, kindOf } from './fields.ts'

describe('what a field holds is said in words', () => {
  for (const [schema, words] of [
    [{ type: 'string' }, 'string'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string or null'],
    [{ anyOf: [{ const: 'a' }, { const: 'b' }] }, '"a" or "b"'],
    [{ type: 'array', items: { type: 'object', properties: { object: { const: 'refund' } } } }, 'list of refund'],
    [{ $ref: '#/components/schemas/charge' }, 'charge'],
    [{ type: 'null' }, 'null'],
    [{}, 'any'],
  ] as const)
    test(words, () => expect(kindOf(schema)).toBe(words))
})

test('what is in a field is named by its path; another object is not opened', () => {
  const { text } = fieldList(
    [
      {
        name: 'shipping',
        required: true,
        schema: {
          type: 'object',
          required: ['address'],
          properties: { address: { type: 'object', properties: { city: { type: 'string', maxLength: 5 } } } },
        },
      },
      { name: 'charge', required: false, schema: { properties: { object: { const: 'charge' }, amount: {} } } },
    ],
    { mark: true },
  )
  expect(text).toContain('<code>shipping.address.city</code>')
  expect(text).toContain('at most 5 characters')
  expect(text).not.toContain('charge.amount')
  expect(text.match(/required<\/span>/g)).toHaveLength(2)
})

describe('an operation is headed by what it does', () => {
  for (const [summary, heading] of [
    ['Create a payment intent; with confirm=true also confirm it.', 'Create a payment intent'],
    ['Send a webhook_endpoint.ping there now. Kept nowhere.', 'Send a webhook_endpoint.ping there now'],
  ] as const)
    test(heading, () => expect(headingOf({ summary, operationId: 'x' } as Route)).toBe(heading))
})
