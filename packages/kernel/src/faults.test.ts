import { describe, expect, test } from 'vitest'
import { errorBody, Fault, faultCatalogue, type FaultCode } from './faults.ts'

const codes = Object.keys(faultCatalogue) as FaultCode[]

describe('every fault of the catalogue', () => {
  for (const code of codes) {
    const { status, text, retryable } = faultCatalogue[code]
    test(`${code} has a client or server error status and a sentence`, () => {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(600)
      expect(text.length).toBeGreaterThan(10)
    })
    if (status === 503) test(`${code} may be retried`, () => expect(retryable).toBe(true))
  }
})

test('the text is filled from the detail, and the envelope carries only public members', () => {
  const fault = new Fault('parameter_missing', { param: 'amount', internal_note: 'not for callers' })
  expect(errorBody(fault)).toEqual({
    error: {
      type: 'invalid_request_error',
      code: 'parameter_missing',
      doc_url: '/docs/errors#parameter_missing',
      message: 'Missing required param: amount.',
      param: 'amount',
    },
  })
})

test('a fault whose code Stripe does not send has none', () => {
  expect(errorBody(new Fault('idempotency_mismatch', { key: 'k' })).error).not.toHaveProperty('code')
})

test('a text in the detail is never read as a template again', () => {
  expect(new Fault('parameter_unknown', { param: '{limit}', limit: 'x' }).message).toBe(
    'Received unknown parameter: {limit}',
  )
})

test('an unknown id in a parameter is a 400 with the code resource_missing and the parameter named', () => {
  const fault = new Fault('parameter_resource_missing', { param: 'account_id', resource: 'ledger account', id: 'a' })
  expect(fault.spec.status).toBe(400)
  expect(errorBody(fault).error).toMatchObject({
    code: 'resource_missing',
    param: 'account_id',
    message: "No such ledger account: 'a'",
  })
})
