import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifySignatureHeader } from '@micro/signing'
import type { Merchant } from '../e2e/api.ts'

/** One webhook as it came. */
export interface Delivered {
  readonly id: string
  readonly seq: number
  readonly type: string
  readonly object: string
}

/** A merchant's own server, that takes every webhook at once. */
export interface Endpoint {
  readonly delivered: readonly Delivered[]
  /** What a receiver would have refused. */
  readonly complaints: readonly string[]
  stop(): Promise<void>
}

const goneStatus = 410

/** Long enough for a process that stops for a moment, short enough that a lease left behind runs out soon. */
const timeoutSeconds = 2

/** Makes an endpoint for all events of a merchant, the ledger's too. */
export const openEndpoint = async (merchant: Merchant): Promise<Endpoint> => {
  const delivered: Delivered[] = []
  const complaints: string[] = []
  const path = `/${merchant.keyId}`
  let secret = ''
  const take = (body: string, header: string, seq: string): void => {
    const now = Number(/^t=(\d+),/.exec(header)?.[1])
    if (!verifySignatureHeader({ header, payload: body, secret, now }))
      return void complaints.push(`not signed: ${body}`)
    const { id, type, data } = JSON.parse(body) as { id: string; type: string; data: { object: { id: string } } }
    delivered.push({ id, type, object: data.object.id, seq: Number(seq) })
  }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      // What was meant for whoever had this port before.
      if (request.url !== path) return response.writeHead(goneStatus).end()
      take(body, String(request.headers['stripe-signature']), String(request.headers['micro-event-seq']))
      return response.end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const { status, body } = await merchant.test('POST', '/v1/webhook_endpoints', {
    body: { url, enabled_events: ['*', 'ledger.*'], delivery: { timeout: timeoutSeconds } },
  })
  if (status !== 200) throw new Error(`making an endpoint answered ${status}: ${JSON.stringify(body)}`)
  secret = String(body['secret'])
  return {
    delivered,
    complaints,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
