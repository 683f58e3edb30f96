import { readFileSync } from 'node:fs'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { routesOf, type OpenApi } from './document.ts'
import { exampleOf, type Recorded } from './examples.ts'
import { curlOf, methodOf, nodeOf } from './snippets.ts'

const read = <T>(path: string): T =>
  JSON.parse(readFileSync(new URL(`../../../../docs/${path}`, import.meta.url), 'utf8')) as T
const recorded = read<Recorded>('examples.json')
const routes = routesOf(read<OpenApi>('openapi.json'))

const snippetsOf = (operation: string) => {
  const route = routes.find(({ operationId }) => operationId === operation)
  if (route === undefined) throw new Error(`${operation} is no operation`)
  const example = exampleOf(route, recorded)
  return { curl: curlOf(route, example), node: nodeOf(route, example) }
}

describe('what is shown of the official SDK is a method that it has', () => {
  const stripe = new Stripe('sk_test_none') as unknown as Record<string, unknown>
  for (const route of routes) {
    const method = methodOf(route)
    if (method === undefined) continue
    test(`${route.operationId}: stripe.${method}`, () => {
      const found = method
        .split('.')
        .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], stripe)
      expect(found).toBeTypeOf('function')
    })
  }
})

test('Stripe’s surface is called with a form, as its own documentation does', () => {
  const { curl, node } = snippetsOf('confirmPaymentIntent')
  expect(curl).toMatch(
    /^curl http:\/\/localhost:8080\/v1\/payment_intents\/pi_\w+\/confirm \\\n {2}-H "Authorization: Bearer \$KEY" \\\n {2}-H "Idempotency-Key: order-42" \\\n {2}-d 'payment_method=pm_card_visa'$/,
  )
  expect(node).toMatch(
    /^await stripe\.paymentIntents\.confirm\(\n {2}'pi_\w+',\n {2}\{ payment_method: 'pm_card_visa' \},\n\)$/,
  )
})

test('the ledger is called with JSON, and a list with its query', () => {
  expect(snippetsOf('createLedgerAccount')).toEqual({
    curl: `curl http://localhost:8080/ledger/accounts \\
  -H "Authorization: Bearer $KEY" \\
  -d '{
  "id": "acc_revenue",
  "name": "Revenue",
  "type": "revenue"
}'`,
    node: undefined,
  })
  expect(snippetsOf('listCustomers')).toEqual({
    curl: `curl http://localhost:8080/v1/customers \\
  -H "Authorization: Bearer $KEY" \\
  -G \\
  --data-urlencode 'limit=3'`,
    node: 'await stripe.customers.list({ limit: 3 })',
  })
})

test('what takes a login or no credential says so', () => {
  expect(snippetsOf('listSessions').curl).toContain('Bearer $TOKEN')
  expect(snippetsOf('logIn').curl).not.toContain('Authorization')
  expect(snippetsOf('removeProcessor').curl).toContain('-X DELETE http://localhost:8080/payments/processors/ID')
})
