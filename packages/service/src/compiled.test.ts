import { apis, type Route } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { compileSerializer } from './serialize.ts'
import { compileValidator } from './validate.ts'

// Services compile a schema when it is first used: one that cannot be must not wait for a caller to show.
describe('every schema of the contracts compiles', () => {
  const operations = Object.entries(apis).flatMap(([service, api]) =>
    Object.entries(api).map(([name, route]) => [`${service}.${name}`, route as Route] as const),
  )
  test.each(operations)('%s', (_name, { params, query, body, response }) => {
    for (const schema of [params, query, body])
      for (const coerce of [false, true])
        try {
          if (schema !== undefined) compileValidator(schema)({}, coerce)
        } catch (error) {
          expect(error).toBeInstanceOf(Fault)
        }
    try {
      compileSerializer(response)({})
    } catch (error) {
      // What an empty object lacks, told by the compiled serialiser.
      expect(String(error)).toMatch(/is required!|does not match schema definition/)
    }
  })
})

test('a schema is compiled once, whoever asks', () => {
  const { params, response } = apis.payments.retrievePaymentIntent as Route
  expect(params && compileValidator(params)).toBe(params && compileValidator(params))
  expect(compileSerializer(response)).toBe(compileSerializer(response))
})
