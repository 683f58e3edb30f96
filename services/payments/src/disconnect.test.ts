import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { attachContext } from '@micro/service'
import { eventually } from '@micro/testing'
import { expect, test } from 'vitest'
import { createBench } from './payments.fixture.ts'

test('a client that hangs up during its confirm is charged once, and finds the payment succeeded', async () => {
  await using bench = await createBench()
  const { id } = (await bench.call('/v1/payment_intents', { body: { amount: 1999, currency: 'usd' } })).body
  const { http } = bench.another().parts.service
  http.addHook('onRequest', (incoming, _reply, done) => {
    const principal = { kind: 'api_key', merchant: 'acct_a', mode: 'test', scopes: ['*'] } as const
    attachContext(incoming.raw, { requestId: 'req_1', clientIp: '127.0.0.1', principal })
    done()
  })
  await http.listen({ host: '127.0.0.1', port: 0 })
  try {
    const { port } = http.server.address() as AddressInfo
    bench.processor.charges.push('hangs_after')
    const body = JSON.stringify({ payment_method: 'pm_card_visa' })
    const confirm = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/v1/payment_intents/${id}/confirm`,
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    })
    confirm.on('error', () => {})
    confirm.end(body)
    await eventually(async () => (await bench.simulated(id)) === 1)
    confirm.destroy()
    await eventually(async () => (await bench.call(`/v1/payment_intents/${id}`)).body.status === 'succeeded')
    await eventually(() => bench.ledger.booked.size === 1)
    expect(await bench.events(id)).toHaveLength(3)
  } finally {
    await http.close()
  }
})
