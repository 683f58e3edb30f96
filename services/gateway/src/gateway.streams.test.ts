/** Answers that go on: what of them is the gateway's to see to. */
import { once } from 'node:events'
import { ConnectionError, createStreams, httpTransport, StreamBrokenError } from '@micro/client'
import { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { ndjson } from '@micro/service'
import { eventually } from '@micro/testing'
import { afterEach, expect, test } from 'vitest'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
let ended: number
afterEach(() => world.stop())

const heartbeat = { object: 'ledger.feed.heartbeat', cursor: '0', head_seq: 0 } as const

/** A feed that says one line and then waits until it is told to end. */
const startFeed = async (options: Parameters<typeof startWorld>[0] = {}) => {
  world = await startWorld(options)
  ended = 0
  async function* lines() {
    try {
      yield heartbeat
      const signal = world.seen.at(-1)?.call.signal
      if (signal?.aborted === false) await once(signal, 'abort')
    } finally {
      ended++
    }
  }
  world.replying.reply = (operation) =>
    Promise.resolve(operation === 'readLedgerFeed' ? ndjson(lines()) : { operation })
  const credential = world.auth.issue()
  const follow = () =>
    createStreams(ledgerApi, httpTransport({ baseUrl: world.url, credential }))
      .readLedgerFeed({ query: { follow: true } })
      [Symbol.asyncIterator]()
  return { credential, follow }
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

test('a stream is one request of its key, is counted under way, and told in one line at its end', async () => {
  const { credential, follow } = await startFeed({ config: { limits: { perKey: 2 } } })
  const reading = follow()
  expect((await reading.next()).value).toEqual(heartbeat)
  const second = await world.call('GET', '/v1/events', { key: credential, headers: { accept: 'application/json' } })
  expect(second.headers['x-ratelimit-remaining']).toBe('0')
  const told = () => world.lines.filter(({ route, msg }) => msg === 'request.finished' && route === '/ledger/feed')
  expect(told()).toEqual([])
  await reading.return?.()
  await eventually(() => expect(told()).toMatchObject([{ status: 200, aborted: true }]))
  expect(ended).toBe(1)
  expect(Number(told()[0]?.['bytes'])).toBeGreaterThan(50)
})

test('a key that is revoked ends its streams', async () => {
  const { credential, follow } = await startFeed({ config: { stream: { verifyMs: 20 } } })
  const reading = follow()
  await reading.next()
  const next = failure(reading.next())
  const keyId = world.auth.keyId(credential)
  world.auth.holders.delete(credential)
  world.bus.publish('credential.revoked', { keyId })
  expect(await next).toBeInstanceOf(ConnectionError)
  await eventually(() => expect(ended).toBe(1))
})

test('while nobody can tell whether a key holds, no stream goes on with it', async () => {
  const { credential, follow } = await startFeed({ config: { stream: { verifyMs: 20 } } })
  const reading = follow()
  await reading.next()
  const next = failure(reading.next())
  world.auth.state.down = true
  world.bus.publish('credential.changed', { keyId: world.auth.keyId(credential) })
  expect(await next).toBeInstanceOf(ConnectionError)
})

test('a gateway that ends tells its streams, and does not wait for their readers to leave', async () => {
  const { follow } = await startFeed({ config: { drainMs: 60_000 } })
  const reading = follow()
  await reading.next()
  const closed = world.gateway.close()
  expect((await reading.next()).done).toBe(true)
  await closed
  expect(ended).toBe(1)
})

test('of a stream that breaks at the gateway nothing is taken for whole', async () => {
  const { credential } = await startFeed()
  async function* half() {
    yield { object: 'ledger.export' }
    throw new Fault('ledger_busy')
  }
  world.replying.reply = () => Promise.resolve(ndjson(half()))
  const exporting = createStreams(ledgerApi, httpTransport({ baseUrl: world.url, credential })).exportLedger({})
  const got: unknown[] = []
  const error = await failure(
    (async () => {
      for await (const line of exporting) got.push(line)
    })(),
  )
  expect([got, error]).toMatchObject([[{ object: 'ledger.export' }], { body: { error: { code: 'ledger_busy' } } }])
  expect(error).not.toBeInstanceOf(StreamBrokenError)
})

test('a service is told which requests may keep their connection, so that no other waits for it', async () => {
  const told: Record<string, boolean | undefined> = {}
  world = await startWorld({
    upstreams: {
      ledger: {
        handle(request, response, { mayStream }) {
          told[request.url ?? ''] = mayStream
          response.end('{}')
        },
      },
    },
  })
  const key = world.auth.issue()
  for (const path of ['/ledger/feed', '/ledger/export', '/ledger/accounts'])
    expect((await world.call('GET', path, { key })).status).toBe(200)
  expect(told).toEqual({ '/ledger/feed': true, '/ledger/export': true, '/ledger/accounts': false })
})
