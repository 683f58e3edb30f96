import { describe, expect, test } from 'vitest'
import { readRoute, readRouteLines, routesOf } from './routes.ts'

describe('a route is types and an address', () => {
  for (const [text, types, to] of [
    ['payment_intent.*=http://localhost:3000/pay', 'payment_intent.*', 'http://localhost:3000/pay'],
    ['charge.failed,charge.refunded = localhost:1/x?a=b', 'charge.failed,charge.refunded', 'localhost:1/x?a=b'],
    ['charge.*   http://localhost:1', 'charge.*', 'http://localhost:1'],
    ['charge.failed, charge.refunded http://localhost:1', 'charge.failed, charge.refunded', 'http://localhost:1'],
  ] as const)
    test(text, () => expect(readRoute(text)).toEqual({ types, to }))
  for (const text of ['', 'charge.*', '=http://x', 'charge.*='])
    test(`'${text}' is none`, () => expect(() => readRoute(text)).toThrow('It must look like'))
})

test('a file has one a line, with comments; a line that is none is named', () => {
  expect(readRouteLines('# mine\n\ncharge.* = http://a:1\npayout.* http://b:2\n', 'routes')).toEqual([
    { types: 'charge.*', to: 'http://a:1' },
    { types: 'payout.*', to: 'http://b:2' },
  ])
  expect(() => readRouteLines('charge.*=http://a:1\nnonsense\n', 'routes')).toThrow('routes, line 2: It must look like')
})

test('--forward-to gets every event, a route its own', () => {
  const routes = routesOf(['localhost:1'], [{ types: 'charge.*', to: 'localhost:2' }])
  expect(routes.map(({ wants }) => [wants('charge.failed'), wants('payout.paid')])).toEqual([
    [true, true],
    [true, false],
  ])
  expect(() => routesOf([], [{ types: 'charg.*', to: 'localhost:2' }])).toThrow("There is no event type 'charg.*'")
})
