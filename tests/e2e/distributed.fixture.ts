import { fileURLToPath } from 'node:url'
import { systemClock } from '@micro/kernel'
import { provisionService, startEmbeddedPostgres } from '@micro/postgres'
import { createAuthSecrets, createCheckpointKeys, newTokenKey, publicTokenKey } from '@micro/signing'
import { eventually, freePort, startRedis, temporaryDirectory } from '@micro/testing'
import { start, type Running } from './harness.ts'

export const names = ['auth', 'ledger', 'payments', 'events', 'gateway'] as const
export type Name = (typeof names)[number]

export const databases = { auth: 'microservices', payments: 'payments', ledger: 'ledger', events: 'events' } as const
/** Who calls whom: each service is given the keys of its callers and no others. */
export const callers = {
  auth: ['gateway', 'payments', 'events'],
  payments: ['gateway', 'events'],
  ledger: ['gateway', 'payments', 'events'],
  events: ['gateway'],
  gateway: [],
} as const satisfies Record<Name, readonly Name[]>

export const byName = <T>(of: (name: Name) => T): Record<Name, T> =>
  Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, T>

export const mainOf = (name: Name): string =>
  fileURLToPath(new URL(`../../services/${name}/src/main.ts`, import.meta.url))

interface Postgres {
  superuserUrl(database: string): string
  stop(): Promise<void>
}

/** PostgreSQL, Redis and the five services, each a process of its own, on free ports; `env` is set for each of them. */
export const startDistributed = async ({
  env = () => ({}),
  startPostgres = (directory) => startEmbeddedPostgres({ directory, durable: false }),
}: {
  env?: (name: Name) => Record<string, string>
  startPostgres?: (directory: string) => Promise<Postgres>
} = {}) => {
  const directory = await temporaryDirectory()
  const [postgres, redis] = await Promise.all([startPostgres(directory.path), startRedis({ password: 'rédis:/@' })])
  const passwords = { owner: 'owner', app: 'app' }
  const dsn: Partial<Record<Name, { DB_DSN: string; MIGRATE_DSN: string }>> = {}
  for (const service of ['auth', 'payments', 'ledger', 'events'] as const) {
    const urls = await provisionService({
      superuserUrl: postgres.superuserUrl,
      service,
      database: databases[service],
      passwords,
    })
    dsn[service] = { DB_DSN: urls.appUrl, MIGRATE_DSN: urls.ownerUrl }
  }
  const keys = byName(newTokenKey)
  const ports = {} as Record<Name, number>
  for (const name of names) ports[name] = await freePort()
  const urls = byName((name) => `http://127.0.0.1:${ports[name]}`)
  const peers = {
    AUTH_SERVICE_URL: urls.auth,
    PAYMENT_SERVICE_URL: urls.payments,
    LEDGER_SERVICE_URL: urls.ledger,
    EVENTS_SERVICE_URL: urls.events,
  }
  const secrets = createAuthSecrets(systemClock.now())
  const checkpointKeys = createCheckpointKeys(systemClock.now())

  const envOf = (name: Name): Record<string, string> => ({
    PORT: String(ports[name]),
    REDIS_URL: redis.url,
    ...peers,
    ...dsn[name],
    MICRO_TOKEN_PRIVATE_KEY: JSON.stringify(keys[name]),
    ...(name === 'gateway'
      ? { MICRO_RATE_LIMIT: '0', MICRO_IP_RATE_LIMIT: '0' }
      : {
          MICRO_TOKEN_PUBLIC_KEYS: JSON.stringify(
            Object.fromEntries(callers[name].map((caller) => [caller, [publicTokenKey(keys[caller])]])),
          ),
        }),
    ...(name === 'auth' ? { MICRO_AUTH_SECRETS: secrets, MICRO_REGISTRATION: 'open' } : {}),
    ...(name === 'ledger' ? { MICRO_CHECKPOINT_KEYS: checkpointKeys } : {}),
    ...env(name),
  })

  const running = {} as Record<Name, Running>

  /** Starts one service and waits until it says that it can work. */
  const run = async (name: Name): Promise<void> => {
    const one = start(process.execPath, [mainOf(name)], { env: envOf(name) })
    running[name] = one
    await eventually(
      async () => {
        if (one.child.exitCode !== null) throw new Error(`${name} ended with ${one.child.exitCode}`)
        const path = name === 'gateway' ? '/livez' : '/readyz'
        return (await fetch(urls[name] + path)).ok
      },
      { timeoutMs: 90_000 },
    ).catch((error: unknown) => {
      throw new Error(`${name} does not get ready: ${one.stdout()}${one.stderr()}`, { cause: error })
    })
  }

  const end = async (name: Name, signal: NodeJS.Signals) => {
    running[name].child.kill(signal)
    return running[name].ended
  }

  return {
    urls,
    keys,
    postgres,
    redis,
    envOf,
    run,
    end,
    /** Signals one service without waiting for its end. */
    signal: (name: Name, signal: NodeJS.Signals): void => void running[name].child.kill(signal),
    ended: (name: Name) => running[name].ended,
    logOf: (name: Name): string => running[name].stdout() + running[name].stderr(),
    superuserUrl: postgres.superuserUrl,
    async stop(): Promise<void> {
      await Promise.all(names.filter((name) => running[name] !== undefined).map((name) => end(name, 'SIGKILL')))
      await Promise.all([postgres.stop(), redis.stop()])
      await directory.remove()
    },
  }
}

export type Distributed = Awaited<ReturnType<typeof startDistributed>>
