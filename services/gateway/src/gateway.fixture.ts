import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { memoryBus } from '@micro/bus'
import {
  apis,
  type Api,
  type BusMessages,
  type MerchantPrincipal,
  type Mode,
  type Scope,
  type SequencedEvent,
} from '@micro/contracts'
import { createIds, systemClock, type Clock } from '@micro/kernel'
import {
  createLogger,
  createService,
  reply as replyWith,
  StreamReply,
  type Call,
  type Runtime,
  type Service,
} from '@micro/service'
import { newApiKey } from '@micro/signing'
import { unwatched } from '@micro/testing'
import { fakeBrowserSessions } from './browser-session.fixture.ts'
import { readGatewayConfig, type GatewayConfig } from './config.ts'
import { createGateway, type Gateway, type GatewayDependencies } from './gateway.ts'
import { memoryLimiter } from './limits/memory-limiter.ts'
import { memoryRecent } from './request-log/memory-recent.ts'
import type { ServiceUpstreamName } from './routes.ts'
import { fakePairings, fakeSessions } from './stripe-cli/sessions.fixture.ts'
import { localUpstream } from './upstream/local.ts'
import type { Upstream } from './upstream/upstream.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly json: { error: { code?: string; message: string; type: string; param?: string } } & Record<string, unknown>
}

/** A runtime that logs to nowhere, for tests without a gateway. */
export const fakeRuntime = (clock: Clock = systemClock): Runtime => ({
  bus: memoryBus<BusMessages>({ onError: () => {} }),
  clock,
  newId: createIds({ clock }),
  log: createLogger({
    service: 'gateway',
    level: 'silent',
    destination: new Writable({ write: (_chunk, _encoding, done) => done() }),
  }),
  ...unwatched('gateway'),
})

/** Everything a handler was called with, so that tests see what passed the gateway. */
export interface Seen {
  readonly operation: string
  readonly call: Call<never>
}

/** A service whose handlers note the call and answer whatever `reply` says. */
export const fakeService = (
  name: ServiceUpstreamName,
  runtime: Runtime,
  seen: Seen[],
  reply: (operation: string) => Promise<object>,
): Service => {
  const api: Api = apis[name]
  const handlers = Object.fromEntries(
    Object.keys(api).map((operation) => [
      operation,
      async (call: Call<never>) => {
        seen.push({ operation, call })
        const answer = await reply(operation)
        // A status whose body no schema filters.
        return answer instanceof StreamReply ? answer : replyWith(300, answer)
      },
    ]),
  )
  return createService({ name, api, handlers: handlers as never, ready: () => Promise.resolve() }, runtime)
}

/** An events store in memory; `stored` publishes as the real one does. */
export const fakeEvents = (runtime: Pick<Runtime, 'bus'>) => {
  const logs = new Map<string, SequencedEvent[]>()
  const logOf = (merchant: string, mode: Mode): SequencedEvent[] => {
    const key = `${merchant} ${mode}`
    const log = logs.get(key) ?? []
    logs.set(key, log)
    return log
  }
  let reads = 0
  return {
    reads: () => reads,
    head: (merchant: string, mode: string): number => logOf(merchant, mode as Mode).at(-1)?.seq ?? 0,
    /** Stores `count` events; `ring: false` loses the bus message. */
    store(merchant: string, mode: Mode, count = 1, { ring = true, type = 'payment_intent.created' } = {}): void {
      const log = logOf(merchant, mode)
      const events = Array.from({ length: count }, (_, at): SequencedEvent => {
        const seq = log.length + at + 1
        return {
          seq,
          event: {
            id: `evt_${merchant}_${mode}_${seq}`,
            object: 'event',
            api_version: 'test',
            created: 0,
            data: { object: {} },
            livemode: mode === 'live',
            pending_webhooks: 0,
            request: { id: null, idempotency_key: null },
            type,
          },
        }
      })
      log.push(...events)
      if (ring) runtime.bus.publish('events.stored', { merchant, mode, events })
    },
    prune(merchant: string, mode: Mode, upTo: number): void {
      const log = logOf(merchant, mode)
      logs.set(
        `${merchant} ${mode}`,
        log.filter(({ seq }) => seq > upTo),
      )
    },
    client: {
      readEventStream({ query }: { query?: { merchant: string; mode: Mode; after: number; limit?: number } }) {
        reads++
        const log = query === undefined ? [] : logOf(query.merchant, query.mode)
        const after = query?.after ?? 0
        const events = log.filter(({ seq }) => seq > after).slice(0, query?.limit ?? 100)
        return Promise.resolve({ head_seq: log.at(-1)?.seq ?? 0, first_seq: log[0]?.seq ?? 1, events })
      },
    },
  }
}

/** Who holds which credential; a missing one is not valid. `down` makes every look-up fail. */
export const fakeAuth = () => {
  const holders = new Map<string, MerchantPrincipal>()
  const expired = new Set<string>()
  const inClear = new Set<string>()
  const state = { lookUps: 0, down: false, gate: Promise.resolve() }
  let keys = 0
  return {
    state,
    holders,
    inClear,
    /** Issues a secret key, or a restricted one where scopes are given. */
    issue(merchant = 'acct_a', mode: Mode = 'test', scopes: readonly Scope[] | readonly ['*'] = ['*']): string {
      const key = newApiKey(mode, scopes[0] === '*' ? 'sk' : 'rk')
      holders.set(key, { kind: 'api_key', merchant, mode, keyId: `key_${++keys}`, scopes })
      return key
    },
    issuePublishable(merchant = 'acct_a', mode: Mode = 'test'): string {
      const key = newApiKey(mode, 'pk')
      holders.set(key, { kind: 'publishable_key', merchant, mode, keyId: `key_${++keys}` })
      return key
    },
    logIn(user = 'usr_1', merchant = 'acct_a', extra: { operator?: true } = {}): string {
      const token = `eyJhbGciOiJFZERTQSJ9.${Buffer.from(user).toString('base64url')}.c2ln`
      holders.set(token, { kind: 'session', merchant, mode: 'test', user, session: `ses_${user}`, ...extra })
      return token
    },
    expire(key: string): void {
      holders.delete(key)
      expired.add(key)
    },
    keyId: (key: string): string => holders.get(key)?.keyId ?? '',
    client: {
      async verifyCredential({ body }: { body: { credential: string } }) {
        state.lookUps++
        await state.gate
        if (state.down) throw new Error('connection refused')
        const principal = holders.get(body.credential) ?? null
        const { credential } = body
        return { principal, expired: expired.has(credential), expires_in_ms: null, in_clear: inClear.has(credential) }
      },
    },
  }
}

export interface World {
  readonly gateway: Gateway
  readonly port: number
  readonly url: string
  readonly auth: ReturnType<typeof fakeAuth>
  readonly events: ReturnType<typeof fakeEvents>
  readonly sessions: ReturnType<typeof fakeSessions>
  readonly bus: Runtime['bus']
  readonly seen: Seen[]
  readonly lines: Record<string, unknown>[]
  /** What the fake services answer with; a test may make it wait or throw. */
  readonly replying: { reply: (operation: string) => Promise<object> }
  call(
    method: string,
    path: string,
    options?: { key?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Answer>
  /** Writes bytes as they are and returns everything that came back until the server closed (or `until` was seen). */
  raw(bytes: string, until?: RegExp): Promise<string>
  stop(): Promise<void>
}

type Overrides = Partial<Omit<GatewayConfig, 'limits' | 'stream'>> & {
  limits?: Partial<GatewayConfig['limits']>
  stream?: Partial<GatewayConfig['stream']>
}

const unlimited = { perKey: 0, perIp: 0, login: 0 }

/** A gateway on a free port with fake services behind it. */
export const startWorld = async (
  options: {
    config?: Overrides
    clock?: Clock
    deps?: Partial<GatewayDependencies>
    upstreams?: Partial<Record<ServiceUpstreamName, Upstream>>
  } = {},
): Promise<World> => {
  const clock = options.clock ?? systemClock
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString('utf8').trim().split('\n'))
        lines.push(JSON.parse(line) as Record<string, unknown>)
      done()
    },
  })
  const bus = memoryBus<BusMessages>({ onError: (error) => lines.push({ msg: 'bus.failed', error: String(error) }) })
  const runtime: Runtime = {
    bus,
    clock,
    newId: createIds({ clock }),
    log: createLogger({ service: 'gateway', destination }),
    ...unwatched('gateway'),
  }
  const seen: Seen[] = []
  const replying = { reply: (operation: string): Promise<object> => Promise.resolve({ operation }) }
  const services = (['auth', 'payments', 'ledger', 'events'] as const).map((name) =>
    fakeService(name, runtime, seen, (operation) => replying.reply(operation)),
  )
  await Promise.all(services.map((service) => service.start()))
  const auth = fakeAuth()
  const events = fakeEvents(runtime)
  const sessions = fakeSessions(events.head)
  const defaults = readGatewayConfig({})
  const { limits, stream, ...rest } = options.config ?? {}
  const config: GatewayConfig = {
    ...defaults,
    host: '127.0.0.1',
    port: 0,
    drainMs: 2_000,
    sites: { dashboard: undefined, docs: undefined },
    ...rest,
    limits: { ...unlimited, ...limits },
    stream: { ...defaults.stream, ...stream },
  }
  const upstreams = Object.fromEntries(services.map((service) => [service.name, localUpstream(service)])) as Record<
    ServiceUpstreamName,
    Upstream
  >
  const gateway = createGateway({
    ...runtime,
    config,
    upstreams: { ...upstreams, ...options.upstreams },
    auth: auth.client,
    events: events.client,
    cliSessions: sessions.client,
    pairings: fakePairings,
    browserSessions: fakeBrowserSessions(auth.holders, auth.inClear),
    limiter: memoryLimiter({ clock }),
    recent: memoryRecent({ max: config.requestLogMax }),
    health: Object.fromEntries(services.map((service) => [service.name, service.ready])),
    ...options.deps,
  })
  const { port } = await gateway.listen()

  const call: World['call'] = (method, path, { key, headers, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path,
        agent: false,
        headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
      })
      outgoing.on('error', reject)
      outgoing.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          const isJson = String(response.headers['content-type']).startsWith('application/json') && text !== ''
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: (isJson ? JSON.parse(text) : {}) as Answer['json'],
          })
        })
      })
      outgoing.end(body)
    })

  const raw: World['raw'] = (bytes, until) =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
      let text = ''
      socket.setTimeout(5_000, () => socket.destroy(new Error(`the server neither answered nor closed: ${text}`)))
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1')
        if (until?.test(text) === true) socket.destroy()
      })
      socket.on('close', () => resolve(text))
      socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)))
    })

  return {
    gateway,
    port,
    url: `http://127.0.0.1:${port}`,
    auth,
    events,
    sessions,
    bus,
    seen,
    lines,
    replying,
    call,
    raw,
    async stop() {
      await gateway.close()
      await Promise.all(services.map((service) => service.stop()))
      await bus.close()
    },
  }
}
