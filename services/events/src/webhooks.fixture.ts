import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { MerchantPrincipal, Mode, Tenant, WebhookEndpointWithSecret } from '@micro/contracts'
import { createEncryptionKeys, parseEncryptionKeys } from '@micro/signing'
import { fakeClock, injector, testDatabase, testRuntime, type FakeClock, type TestDatabase } from '@micro/testing'
import { defaultEventsConfig, type EventsConfig } from './config.ts'
import { fakeAuditLog } from './events.fixture.ts'
import { insertEvents, raiseHeads } from './ingest/ingest.store.ts'
import { createEvents, type EventsDependencies, type EventsParts } from './service.ts'

/** What a receiver was sent. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Somebody's server that takes webhooks. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: Received[]
  /** Answers from now on; a `ServerResponse` left alone hangs. */
  answer: (response: ServerResponse, received: Received) => void
}

export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() }
      received.push(one)
      receiver.answer(response, one)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (response) => void response.end('ok'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<unknown>((done) => server.close(done))
    },
  }
  return receiver
}

export const testKeys = () => parseEncryptionKeys(createEncryptionKeys(fakeClock().now()))

export const key = (merchant = 'acct_a', mode: Mode = 'test'): MerchantPrincipal => ({
  kind: 'api_key',
  merchant,
  mode,
  keyId: `key_${merchant}`,
  scopes: ['*'],
})

/** An object of the API, as far as these tests look into it. */
export interface Shown extends Record<string, unknown> {
  readonly id: string
  readonly secret: string
  readonly status: string
  readonly data: readonly Shown[]
  readonly error: { readonly code: string; readonly param: string; readonly message: string }
  readonly request: { readonly headers: Record<string, string>; readonly body: string }
  readonly result: { readonly response: { headers: Record<string, string>; body: string; truncated: boolean } }
}

interface Answer {
  readonly status: number
  readonly headers: Awaited<ReturnType<ReturnType<typeof injector>>>['headers']
  readonly body: Shown
}

export interface WebhookWorld extends AsyncDisposable {
  readonly database: TestDatabase
  readonly clock: FakeClock
  readonly parts: EventsParts
  readonly auditLog: ReturnType<typeof fakeAuditLog>
  readonly call: (...call: Parameters<ReturnType<typeof injector>>) => Promise<Answer>
  /** Stores events as one batch of an outbox would. */
  readonly store: (events: readonly Partial<StoredEvent>[], tenant?: Tenant) => Promise<void>
  /** Delivers what is due, and waits until it is done. */
  readonly deliver: () => Promise<void>
  readonly endpoint: (body: object, as?: MerchantPrincipal) => Promise<WebhookEndpointWithSecret>
  /** Another process on the same database. */
  readonly another: (over?: Partial<EventsDependencies>) => EventsParts
}

interface StoredEvent {
  readonly id: string
  readonly type: string
  readonly object: Record<string, unknown>
}

let stored = 0

/** The events service without its workers: tests do a round of them at a time. */
export const webhookWorld = async ({ webhooks, ...over }: Partial<EventsConfig> = {}): Promise<WebhookWorld> => {
  const database = await testDatabase('events')
  const runtime = testRuntime()
  const auditLog = fakeAuditLog()
  const config: EventsConfig = {
    ...defaultEventsConfig,
    encryptionKeys: testKeys(),
    webhooks: { ...defaultEventsConfig.webhooks, loopback: true, ...webhooks },
    ...over,
  }
  const make = (more: Partial<EventsDependencies> = {}): EventsParts =>
    createEvents({ ...runtime, db: database.db, config, auth: auditLog.client, sources: {}, ...more })
  const parts = make()
  const inject = injector(parts.service)
  const call: WebhookWorld['call'] = async (...given) => (await inject(...given)) as unknown as Answer
  return {
    database,
    clock: runtime.clock,
    parts,
    auditLog,
    call,
    another: make,
    store: (events, { merchant, mode } = { merchant: 'acct_a', mode: 'test' }) =>
      database.db.transaction(async (sql) => {
        const [head] = await raiseHeads(sql, [{ merchant, mode, arrivals: events }])
        const rows = events.map(({ id, type = 'charge.succeeded', object = {} }, at) => ({
          merchant,
          mode,
          seq: (head?.last_seq ?? 0n) - BigInt(events.length - at - 1),
          id: id ?? `evt_${String(++stored).padStart(24, '0')}`,
          type,
          api_version: '2026-10-28.endive',
          created_at: runtime.clock.now(),
          request_id: null,
          idempotency_key: null,
          object,
        }))
        await insertEvents(sql, 'payments', rows)
      }),
    async deliver() {
      await parts.deliverer.round()
      await parts.deliverer.settled()
    },
    async endpoint(body, as = key()) {
      const { status, body: made } = await call(as, {
        method: 'POST',
        url: '/v1/webhook_endpoints',
        body: { enabled_events: ['*'], ...body },
      })
      if (status !== 200) throw new Error(JSON.stringify(made))
      return made as unknown as WebhookEndpointWithSecret
    },
    async [Symbol.asyncDispose]() {
      await parts.service.stop()
      await database.close()
    },
  }
}
