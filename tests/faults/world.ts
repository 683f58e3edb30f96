import { systemClock } from '@micro/kernel'
import { provisionService } from '@micro/postgres'
import {
  createAuthSecrets,
  createCheckpointKeys,
  createEncryptionKeys,
  newTokenKey,
  publicTokenKey,
} from '@micro/signing'
import { freePort, startFaultProxy, startRedis, temporaryDirectory, type FaultProxy } from '@micro/testing'
import { byName, callers, databases, names, type Name } from '../e2e/distributed.fixture.ts'
import { mountSmallDisk, type SmallDisk } from './disk.ts'
import { startFaultyPostgres, type FaultyPostgres } from './postgres.ts'
import { createReplica, type Replica } from './replica.ts'
import { troubleIn } from './trouble.ts'

export type Stateful = Exclude<Name, 'gateway'>
export const stateful = ['auth', 'payments', 'ledger', 'events'] as const satisfies readonly Stateful[]

/** Every connection between two processes, named by its two ends. */
export const calls = [
  'client>gateway',
  'gateway>auth',
  'gateway>payments',
  'gateway>ledger',
  'gateway>events',
  'payments>ledger',
  'events>payments',
  'events>ledger',
  'events>auth',
] as const
export type LinkName = (typeof calls)[number] | `${Stateful}>postgres` | `${Name}>redis`
const links: readonly LinkName[] = [
  ...calls,
  ...stateful.map((name) => `${name}>postgres` as const),
  ...names.map((name) => `${name}>redis` as const),
]

const passwords = { owner: 'owner', app: 'app' }
const peerVariables = {
  auth: 'AUTH_SERVICE_URL',
  payments: 'PAYMENT_SERVICE_URL',
  ledger: 'LEDGER_SERVICE_URL',
  events: 'EVENTS_SERVICE_URL',
} as const
/** Shorter than the product's, so that what waits for a lease does not hold the suite up. */
const quickLeases = { MICRO_EVENTS_LEASE_MS: '1000', MICRO_EVENTS_POLL_MS: '200' }
/** Where the merchants' own servers are. */
const webhooks = { MICRO_WEBHOOK_NETWORKS: 'loopback' }

/** High enough never to refuse, yet asked of Redis for each request of a key. */
const limits = { MICRO_RATE_LIMIT: '100000', MICRO_IP_RATE_LIMIT: '0', MICRO_LOGIN_RATE_LIMIT: '0' }

const through = (url: string, { port }: FaultProxy): string => {
  const changed = new URL(url)
  changed.port = String(port)
  return changed.href
}

/** A server for each service, as in the distributed topology. */
const startDatabases = async (directory: string) => {
  const started = await Promise.all(
    stateful.map(async (service) => {
      const postgres = await startFaultyPostgres(`${directory}/${service}`)
      const { superuserUrl } = postgres
      const database = databases[service]
      return [
        service,
        { postgres, ...(await provisionService({ superuserUrl, service, database, passwords })) },
      ] as const
    }),
  )
  return Object.fromEntries(started) as Record<Stateful, (typeof started)[number][1]>
}

export interface World {
  /** Where clients call: the proxy before the gateways. */
  readonly url: string
  /** The first process of each service. */
  readonly services: Readonly<Record<Name, Replica>>
  readonly postgres: Readonly<Record<Stateful, FaultyPostgres>>
  readonly redis: Awaited<ReturnType<typeof startRedis>>
  readonly links: Readonly<Record<LinkName, FaultProxy>>
  /** What payments' PostgreSQL lies on, where a small disk can be had. */
  readonly disk: SmallDisk | undefined
  /** Another process of the same service, not yet started nor led to. */
  replica(name: Name): Promise<Replica>
  /** Leads all callers of a service to these processes of it, in turns. */
  lead(name: Name, replicas: readonly Replica[]): void
  /** A superuser's URL of the service's database, past the proxies: for looking on from outside. */
  databaseUrl(service: Stateful): string
  /** What the processes complained of, in their own words, each once. */
  trouble(): string
  /** Nothing is wrong any more, and whatever does not run is started, as a supervisor would. */
  heal(): Promise<void>
  stop(): Promise<void>
}

/** The distributed topology, each service and each database a process of its own, with a fault proxy on every link. */
export const startWorld = async (seed: number): Promise<World> => {
  const directory = await temporaryDirectory()
  const disk = mountSmallDisk(`${directory.path}/payments`)
  const [stores, redis] = await Promise.all([startDatabases(directory.path), startRedis({ password: 'rédis:/@' })])
  const ports = {} as Record<Name, number>
  for (const name of names) ports[name] = await freePort()
  const proxies = {} as Record<LinkName, FaultProxy>
  for (const [at, link] of links.entries()) {
    const to = link.split('>')[1] as Name | 'postgres' | 'redis'
    const from = link.split('>')[0] as Stateful
    const url = to === 'redis' ? redis.url : to === 'postgres' ? stores[from].appUrl : `http://127.0.0.1:${ports[to]}`
    proxies[link] = await startFaultProxy({ to: [Number(new URL(url).port)], seed: seed + at })
  }

  const keys = byName(newTokenKey)
  const secrets = createAuthSecrets(systemClock.now())
  const checkpointKeys = createCheckpointKeys(systemClock.now())
  const encryptionKeys = createEncryptionKeys(systemClock.now())
  const publicKeysFor = (name: Name): string =>
    JSON.stringify(Object.fromEntries(callers[name].map((caller) => [caller, [publicTokenKey(keys[caller])]])))
  const peersOf = (name: Name): Record<string, string> =>
    Object.fromEntries(
      stateful.flatMap((peer) => {
        const proxy = proxies[`${name}>${peer}` as LinkName] as FaultProxy | undefined
        return proxy === undefined ? [] : [[peerVariables[peer], `http://127.0.0.1:${proxy.port}`]]
      }),
    )
  const databaseOf = (name: Name): Record<string, string> => {
    if (name === 'gateway') return {}
    const { appUrl, ownerUrl } = stores[name]
    const proxy = proxies[`${name}>postgres`]
    return { DB_DSN: through(appUrl, proxy), MIGRATE_DSN: through(ownerUrl, proxy) }
  }
  const envOf = (name: Name): Record<string, string> => ({
    REDIS_URL: through(redis.url, proxies[`${name}>redis`]),
    ...peersOf(name),
    ...databaseOf(name),
    MICRO_TOKEN_PRIVATE_KEY: JSON.stringify(keys[name]),
    ...(name === 'gateway' ? limits : { MICRO_TOKEN_PUBLIC_KEYS: publicKeysFor(name) }),
    ...(name === 'auth' ? { MICRO_AUTH_SECRETS: secrets, MICRO_REGISTRATION: 'open' } : {}),
    ...(name === 'ledger' ? { MICRO_CHECKPOINT_KEYS: checkpointKeys } : {}),
    ...(name === 'events' ? { ...quickLeases, ...webhooks, MICRO_ENCRYPTION_KEYS: encryptionKeys } : {}),
  })

  const services = byName((name) => createReplica({ name, port: ports[name], env: envOf(name) }))
  const replicas: Replica[] = Object.values(services)
  const postgres = Object.fromEntries(stateful.map((name) => [name, stores[name].postgres])) as World['postgres']
  const into = (name: Name): FaultProxy[] =>
    links.filter((link) => link.endsWith(`>${name}`)).map((link) => proxies[link])
  const lead: World['lead'] = (name, to) => {
    for (const proxy of into(name)) proxy.lead(to.map(({ port }) => port))
  }

  const heal = async (): Promise<void> => {
    disk?.free()
    for (const proxy of Object.values(proxies)) proxy.heal()
    await Promise.all(Object.values(proxies).map((proxy) => proxy.up()))
    for (const server of Object.values(postgres)) server.thaw()
    await Promise.all(Object.values(postgres).map((server) => server.start()))
    redis.thaw()
    for (const replica of replicas) if (replica.isRunning) replica.thaw()
    await Promise.all(Object.values(services).map((replica) => replica.run()))
  }

  const stop = async (): Promise<void> => {
    await Promise.all(replicas.filter(({ isRunning }) => isRunning).map((replica) => replica.end('SIGKILL')))
    await Promise.all([...Object.values(postgres), redis, ...Object.values(proxies)].map((each) => each.stop()))
    disk?.remove()
    await directory.remove()
  }

  try {
    await Promise.all(Object.values(services).map((replica) => replica.run()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url: `http://127.0.0.1:${proxies['client>gateway'].port}`,
    services,
    postgres,
    redis,
    links: proxies,
    disk,
    async replica(name) {
      const replica = createReplica({ name, port: await freePort(), env: envOf(name) })
      replicas.push(replica)
      return replica
    },
    lead,
    databaseUrl: (service) => postgres[service].superuserUrl(databases[service]),
    trouble: () => troubleIn(replicas),
    heal,
    stop,
  }
}
