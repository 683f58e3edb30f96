import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:http'
import type { Service } from '@micro/service'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fakeRuntime, fakeService, type Seen } from '../gateway.fixture.ts'
import type { Upstream } from './upstream.ts'

/** What every way to a service must hold to; run by each adapter's tests. */
export const upstreamConformance = (adapter: string, reach: (service: Service) => Promise<Upstream>): void => {
  describe(`upstream conformance: ${adapter}`, () => {
    const seen: Seen[] = []
    const principal = { kind: 'api_key', merchant: 'acct_a', mode: 'test', keyId: 'key_1', scopes: ['*'] } as const
    let service: Service
    let server: Server
    let url: string
    let replying: (operation: string) => Promise<object>

    beforeAll(async () => {
      service = fakeService('payments', fakeRuntime(), seen, (operation) => replying(operation))
      const upstream = await reach(service)
      await service.start()
      server = createServer((request, response) => {
        response.setHeader('request-id', 'req_1')
        upstream.handle(request, response, { requestId: 'req_1', principal, clientIp: '192.0.2.1', inClear: true })
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })
    beforeEach(() => {
      seen.length = 0
      replying = (operation) => Promise.resolve({ operation })
    })
    afterAll(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })

    const faultOf = async (response: Response): Promise<unknown> => {
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(response.headers.get('request-id')).toBe('req_1')
      const { error } = (await response.json()) as { error: { type: string; code?: string; message: string } }
      expect([typeof error.type, typeof error.message]).toEqual(['string', 'string'])
      return error.code
    }

    test('the principal, request id, address and way arrive as established, with path, query and body', async () => {
      const headers = { 'x-merchant': 'acct_evil', 'content-type': 'application/json' }
      const body = JSON.stringify({ amount: 100, currency: 'usd' })
      await fetch(`${url}/payments/payment_intents`, { method: 'POST', headers, body })
      await fetch(`${url}/v1/payment_intents?limit=7`)
      expect(seen).toMatchObject([
        {
          operation: 'createPaymentIntent',
          call: {
            ...{ principal, requestId: 'req_1', clientIp: '192.0.2.1', inClear: true },
            ...{ surface: 'original', body: { amount: 100 } },
          },
        },
        { operation: 'listPaymentIntents', call: { principal, surface: 'stripe', query: { limit: 7 } } },
      ])
    })

    test('the answer passes with the headers set on the way in', async () => {
      const response = await fetch(`${url}/v1/payment_intents/pi_1`)
      expect([response.status, await response.json(), response.headers.get('request-id')]).toEqual([
        300,
        { operation: 'retrievePaymentIntent' },
        'req_1',
      ])
    })

    test("the service's own 404 is in the envelope", async () => {
      const response = await fetch(`${url}/v1/nowhere`)
      expect(response.status).toBe(404)
      await faultOf(response)
    })

    test("the service's own 413 is in the envelope", async () => {
      const response = await fetch(`${url}/v1/payment_intents`, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })
      expect([response.status, await faultOf(response)]).toEqual([413, 'body_too_large'])
    })

    for (const type of ['foo', 'a/b/c', ';', 'application/json, application/json'])
      test(`a content type of no form, '${type}', is the caller's mistake`, async () => {
        const response = await fetch(`${url}/v1/payment_intents`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: '{}',
        })
        expect([response.status, await faultOf(response)]).toEqual([415, 'content_type_unsupported'])
      })

    test('a bug in the service is a 500 in the envelope', async () => {
      replying = () => Promise.reject(new Error('bug'))
      const response = await fetch(`${url}/v1/payment_intents/pi_1`)
      expect([response.status, await faultOf(response)]).toEqual([500, 'internal'])
    })

    test('a stopped service is a 503 in the envelope with Retry-After', async () => {
      await service.stop()
      const response = await fetch(`${url}/v1/payment_intents/pi_1`)
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
      await faultOf(response)
    })
  })
}
