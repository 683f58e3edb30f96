import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { ServiceName } from '@micro/contracts'
import type { TokenPrivateKey, TokenPublicKey } from '@micro/signing'
import { readObserveConfig, type ObserveConfig } from './observe-config.ts'
import { readSettings, type Environment } from './settings.ts'

/** How a service runs as a process of its own. Times in milliseconds. */
export interface ProcessConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** How long an end waits for requests under way. */
  readonly drainMs: number
  readonly redisUrl: string
  readonly observe: ObserveConfig
  readonly tokens: {
    readonly privateKey: TokenPrivateKey
    /** Who is believed: the keys of each service that calls. */
    readonly publicKeys: Readonly<Record<string, readonly TokenPublicKey[]>>
  }
}

export interface DatabaseConfig {
  readonly url: string
  /** The owner's login; when given, the schema is brought up to date at the start. */
  readonly migrateUrl: string | undefined
  readonly poolSize: number
  /** Off behind pgbouncer in transaction mode. */
  readonly namedStatements: boolean
}

const portMax = 65_535
const key32 = /^[\w-]{43}$/ // 32 bytes in base64url

const publicKeyOf = (value: unknown): TokenPublicKey => {
  const { kty, crv, kid, x } = (value ?? {}) as Record<string, unknown>
  if (kty !== 'OKP' || crv !== 'Ed25519') throw new Error('a key must be an Ed25519 JWK')
  if (typeof kid !== 'string' || kid === '' || typeof x !== 'string' || !key32.test(x))
    throw new Error('a key needs kid and x')
  createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
  return { kty, crv, kid, x }
}

const privateKeyOf = (value: unknown): TokenPrivateKey => {
  const { d } = (value ?? {}) as Record<string, unknown>
  if (typeof d !== 'string' || !key32.test(d)) throw new Error('it must be a private Ed25519 JWK with kid, x and d')
  const key = { ...publicKeyOf(value), d }
  const made = createPublicKey(createPrivateKey({ key, format: 'jwk' })).export({ format: 'jwk' })
  if (made.x !== key.x) throw new Error('its x is not the public half of its d')
  return key
}

const publicKeysOf = (value: unknown): ProcessConfig['tokens']['publicKeys'] => {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error('it must be an object of lists of keys by service')
  const entries = Object.entries(value).map(([service, list]) => {
    if (!Array.isArray(list) || list.length === 0) throw new Error(`${service} has no list of keys`)
    return [service, list.map(publicKeyOf)] as const
  })
  return Object.fromEntries(entries)
}

const withoutPassword = (text: string): string => text.replace(/\/\/.*@/, '//…@')

/** Reads what a process needs beside its service's own settings; what is wrong is told at once, by `done`. */
export const readEnvironment = (env: Environment) => {
  const { text, integer, oneOf, complain, including, done } = readSettings(env)

  const url = (name: string, options: { protocols: readonly string[]; fallback?: string }): string => {
    const given = text(name, options.fallback)
    const { protocol = '' } = URL.canParse(given) ? new URL(given) : {}
    if (given !== '' && !options.protocols.includes(protocol.replace(':', ''))) {
      complain(
        `${name} must be a URL that starts with ${options.protocols.map((each) => `${each}://`).join(' or ')}, got '${withoutPassword(given)}'`,
      )
    }
    return given
  }

  // Neither the parser's message nor the value is told: the value is a secret.
  const json = <T>(name: string, read: (value: unknown) => T, fallback?: string): T | undefined => {
    const given = text(name, fallback)
    if (given === '') return undefined
    let value: unknown
    try {
      value = JSON.parse(given)
    } catch {
      complain(`${name} is not valid JSON`)
      return undefined
    }
    try {
      return read(value)
    } catch (error) {
      complain(`${name} cannot be used: ${(error as Error).message}`)
      return undefined
    }
  }

  return {
    /** The settings every process has; `port` is its default. A process that is never called needs nobody's keys. */
    process({ port, called = true }: { port: number; called?: boolean }): ProcessConfig {
      return {
        host: text('HOST', '127.0.0.1'),
        port: integer('PORT', { fallback: port, min: 0, max: portMax }),
        drainMs: integer('MICRO_DRAIN_MS', { fallback: 10_000, min: 0, max: 600_000 }),
        redisUrl: url('REDIS_URL', { protocols: ['redis', 'rediss'] }),
        observe: including(() => readObserveConfig(env)),
        tokens: {
          // What stands in for a key that cannot be read is never used: `done` throws first.
          privateKey: json('MICRO_TOKEN_PRIVATE_KEY', privateKeyOf) ?? {
            kty: 'OKP',
            crv: 'Ed25519',
            kid: '',
            x: '',
            d: '',
          },
          publicKeys: json('MICRO_TOKEN_PUBLIC_KEYS', publicKeysOf, called ? undefined : '{}') ?? {},
        },
      }
    },
    database(): DatabaseConfig {
      const protocols = ['postgres', 'postgresql']
      return {
        url: url('DB_DSN', { protocols }),
        migrateUrl: (env['MIGRATE_DSN'] ?? '').trim() === '' ? undefined : url('MIGRATE_DSN', { protocols }),
        poolSize: integer('DB_POOL_SIZE', { fallback: 10, min: 1, max: 1_000 }),
        namedStatements: oneOf('DB_PGBOUNCER', ['no', 'yes']) === 'no',
      }
    },
    /** Where another service answers. */
    peer(service: Exclude<ServiceName, 'gateway'>, port: number): string {
      // The original's name for payments is in the singular.
      const name = service === 'payments' ? 'PAYMENT_SERVICE_URL' : `${service.toUpperCase()}_SERVICE_URL`
      return url(name, { protocols: ['http', 'https'], fallback: `http://127.0.0.1:${port}` }).replace(/\/+$/, '')
    },
    integer,
    including,
    done,
  }
}
