import { expect, test } from 'vitest'
import { readPath, routeAt } from './routes.ts'

for (const [typed, path] of [
  ['/v1/customers', '/v1/customers'],
  ['v1/customers', '/v1/customers'],
  ['customers', '/v1/customers'],
  ['/customers', '/v1/customers'],
  ['/ledger/accounts', '/ledger/accounts'],
  ['payments/refunds', '/payments/refunds'],
  ['/v1/charges?limit=3', '/v1/charges?limit=3'],
  ['pi_1', '/v1/payment_intents/pi_1'],
  ['ch_1', '/v1/charges/ch_1'],
  ['cus_1', '/v1/customers/cus_1'],
  ['cs_1', '/v1/checkout/sessions/cs_1'],
  ['evt_1', '/v1/events/evt_1'],
  ['ltx_1', '/ledger/transactions/ltx_1'],
  ['payment_intents', '/v1/payment_intents'],
] as const)
  test(`${typed} is ${path}`, () => expect(readPath(typed)).toBe(path))

for (const typed of ['/v1/../auth', 'a b', '/v1/x#y'])
  test(`${typed} is refused`, () => expect(() => readPath(typed)).toThrow('is no path'))

test('an operation is found by its path, literal segments first', () => {
  expect(routeAt('GET', '/v1/payment_intents/search')?.summary).toMatch(/^Search/)
  expect(routeAt('GET', '/v1/payment_intents/pi_1')?.summary).toMatch(/^Retrieve/)
  expect(routeAt('POST', '/ledger/accounts')?.path).toBe('/ledger/accounts')
  expect(routeAt('GET', '/internal/outbox')).toBe(undefined)
})
