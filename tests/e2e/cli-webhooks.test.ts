import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { verifySignatureHeader } from '@micro/signing'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Merchant } from './api.ts'
import { micro, microProgram, removeTemporaryDirectories, start, temporaryDirectory, type Micro } from './harness.ts'

interface Received {
  readonly signature: string
  readonly body: string
  readonly type: string
  readonly id: string
}

/** Where webhooks go: answers what it is told to. */
const startReceiver = async () => {
  const received: Received[] = []
  const state = { status: 200 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      const { id, type } = JSON.parse(body) as { id: string; type: string }
      received.push({ body, id, type, signature: String(request.headers['stripe-signature']) })
      response.writeHead(state.status).end('so it is')
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return { url, received, state, close: () => server.close() }
}

let platform: Micro
let merchant: Merchant
let receiver: Awaited<ReturnType<typeof startReceiver>>
let config: string
beforeAll(async () => {
  platform = await micro()
  merchant = await newMerchant(platform.url)
  receiver = await startReceiver()
  config = join(await temporaryDirectory(), 'micro.yaml')
}, 180_000)
afterAll(async () => {
  receiver?.close()
  await platform?.stop()
  await removeTemporaryDirectories()
})

const ran = (...args: string[]) =>
  start(microProgram, [...args, '--config', config], {
    env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: merchant.key },
  }).ended
const answered = async <T = Record<string, unknown>>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await ran(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

interface Delivery {
  readonly id: string
  readonly event: string
  readonly event_type: string
  readonly status: string
}

let endpoint: string
let secret: string
const seconds = () => Math.floor(Date.now() / 1000)
const isSigned = ({ signature, body }: Received, by: string): boolean =>
  verifySignatureHeader({ header: signature, payload: body, secret: by, now: seconds() })
const deliveries = (...args: string[]): Promise<Delivery[]> =>
  answered<Delivery[]>('webhooks', 'deliveries', '--webhook-endpoint', endpoint, '--limit', '100', ...args)

describe('webhooks', () => {
  test('create tells the secret; list shows the endpoint without it', async () => {
    const made = await answered('webhooks', 'create', '--url', receiver.url, '--events', 'charge.*')
    endpoint = String(made['id'])
    secret = String(made['secret'])
    expect(made).toMatchObject({ url: receiver.url, status: 'enabled', enabled_events: ['charge.*'] })
    expect(secret).toMatch(/^whsec_/)
    const { stdout } = await ran('webhooks', 'list')
    expect(stdout).toMatch(new RegExp(`^${endpoint} +http\\S+ +enabled +charge\\.\\* `, 'm'))
    expect(stdout).not.toContain('whsec_')
  })

  test('test sends a ping now, and ends with 1 where it is refused', async () => {
    const { code, stdout } = await ran('webhooks', 'test', endpoint)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\[200\] webhook_endpoint\.ping to we_/)])
    expect(receiver.received.some((each) => each.type === 'webhook_endpoint.ping' && isSigned(each, secret))).toBe(true)
    receiver.state.status = 500
    const refused = await ran('webhooks', 'test', endpoint)
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('[500] webhook_endpoint.ping')])
    receiver.state.status = 200
  })

  test('deliveries shows what was sent and attempts what was answered; retry sends one again', async () => {
    await pay(merchant.test)
    const sent = await eventually(async () => {
      const done = await deliveries('--status', 'delivered')
      expect(done.map(({ event_type }) => event_type)).toEqual(['charge.succeeded'])
      return done[0]!
    })
    expect((await ran('webhooks', 'deliveries')).stdout).toMatch(
      /^DELIVERY +TYPE +EVENT +ENDPOINT +STATUS +TRIES +HTTP /,
    )
    const tries = await answered<{ result: { status: number } }[]>('webhooks', 'attempts', sent.id)
    expect(tries).toMatchObject([{ number: 1, result: { status: 200 } }])
    const before = receiver.received.filter(({ id }) => id === sent.event).length
    expect((await ran('webhooks', 'retry', sent.id)).code).toBe(0)
    await eventually(() => expect(receiver.received.filter(({ id }) => id === sent.event).length).toBe(before + 1))
  })

  test('rotate gives a new secret beside the old one for as long as it says', async () => {
    const rotated = await answered('webhooks', 'rotate', endpoint, '--expires-in', '1h')
    const next = String(rotated['secret'])
    expect(next).not.toBe(secret)
    await ran('webhooks', 'test', endpoint)
    const last = receiver.received.at(-1)!
    expect([isSigned(last, secret), isSigned(last, next)]).toEqual([true, true])
  })
})

describe('events', () => {
  test('list by type, show one whole, resend it to the endpoint', async () => {
    const [event] = await answered<{ id: string; type: string }[]>('events', 'list', '--type', 'charge.*')
    expect(event?.type).toBe('charge.succeeded')
    expect((await ran('events', 'list')).stdout).toMatch(/^EVENT +TYPE /)
    const shown = await answered('events', 'show', event!.id)
    expect(shown).toMatchObject({ id: event!.id, data: { object: { object: 'charge' } } })
    const before = receiver.received.filter(({ id }) => id === event!.id).length
    expect((await ran('events', 'resend', event!.id, '--webhook-endpoint', endpoint)).code).toBe(0)
    await eventually(() => expect(receiver.received.filter(({ id }) => id === event!.id).length).toBe(before + 1))
  })

  test('replay sends again what failed since a time, of the types asked for, once the endpoint is back', async () => {
    // Gone: what was sent there is given up, and the endpoint disabled.
    receiver.state.status = 410
    const declined = await merchant.test('POST', '/v1/payment_intents', {
      body: { amount: 700, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true },
    })
    expect(declined.status).toBe(402)
    const [failed] = await eventually(async () => {
      const found = await deliveries('--status', 'failed')
      expect(found.map(({ event_type }) => event_type)).toEqual(['charge.failed'])
      return found
    })
    expect((await ran('webhooks', 'list')).stdout).toContain('disabled (gone)')
    receiver.state.status = 200
    await answered('webhooks', 'update', endpoint, '-d', 'disabled=false')
    const replay = (...args: string[]) => answered('events', 'replay', '--to', endpoint, '--since', '1h', ...args)
    expect(await replay('--type', 'charge.succeeded', '--failed', '--dry-run')).toMatchObject({ count: 0 })
    expect(await replay('--type', 'charge.*', '--all', '--dry-run')).toMatchObject({ count: 2, dry_run: true })
    const times = () => receiver.received.filter(({ id }) => id === failed?.event).length
    const before = times()
    expect(await replay('--type', 'charge.*', '--failed')).toMatchObject({ count: 1 })
    await eventually(() => expect(times()).toBe(before + 1))
    await eventually(async () => expect(await deliveries('--status', 'failed')).toEqual([]))
  })
})

test('delete takes the endpoint away; again, there is no such thing', async () => {
  expect((await ran('webhooks', 'delete', endpoint, '--yes')).stdout).toBe(`Deleted ${endpoint}.\n`)
  expect((await ran('webhooks', 'delete', endpoint, '--yes')).code).toBe(4)
})
