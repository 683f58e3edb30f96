import { randomBytes } from 'node:crypto'
import type { ServiceName } from '@micro/contracts'
import {
  createAuthSecrets,
  createCheckpointKeys,
  createEncryptionKeys,
  newTokenKey,
  publicTokenKey,
  type TokenPrivateKey,
  type TokenPublicKey,
} from '@micro/signing'
import { readEnv, withValues } from './env-file.ts'
import { callers, databases, envPath, names, sealing, services } from './installation.ts'

/** Path below the installation's folder → text. */
export type SecretFiles = ReadonlyMap<string, string>

const redisPath = 'redis/redis.conf'
const databaseUsers = ['superuser', 'owner', 'app'] as const
const passwordPath = (service: ServiceName, user: (typeof databaseUsers)[number]): string =>
  `${service}-db/${user}-password`

/** 192 bits, of letters that mean nothing in a URL, a shell or a configuration file. */
const newPassword = (): string => randomBytes(24).toString('base64url')

const redisConfiguration = (password: string): string =>
  `requirepass ${password}
# Redis only rings and remembers windows: what it holds may be lost, and PostgreSQL is asked again.
appendonly no
save ""
# Dropping a window would let a key pass its limit, so a full Redis refuses instead.
maxmemory 256mb
maxmemory-policy noeviction
`

/** The files a process finds missing: every path that ought to be there. */
export const secretPaths = (): readonly string[] => [
  ...services.map(envPath),
  ...services
    .filter((service) => databases[service] !== undefined)
    .flatMap((service) => databaseUsers.map((user) => passwordPath(service, user))),
  redisPath,
]

const databaseValues = (service: ServiceName, password: (user: 'owner' | 'app') => string): Record<string, string> => {
  const database = databases[service]
  if (database === undefined) return {}
  const url = (user: 'owner' | 'app') =>
    `postgres://${service}_${user}:${encodeURIComponent(password(user))}@${service}-db:5432/${database}`
  return { [names.database]: url('app'), [names.migrations]: url('owner') }
}

const parse = <T>(text: string | undefined): T | undefined => (text === undefined ? undefined : (JSON.parse(text) as T))

type PublicKeys = Readonly<Partial<Record<ServiceName, readonly TokenPublicKey[]>>>

/** Whoever calls must be known, also when its key was made anew: keys are added to a list, none is taken away. */
const withCallers = (
  service: ServiceName,
  listed: PublicKeys,
  keys: Readonly<Record<ServiceName, TokenPrivateKey>>,
): PublicKeys | undefined => {
  const unknown = callers[service].filter((caller) => !listed[caller]?.some(({ kid }) => kid === keys[caller].kid))
  if (unknown.length === 0) return undefined
  const added = unknown.map((caller) => [caller, [publicTokenKey(keys[caller]), ...(listed[caller] ?? [])]] as const)
  return { ...listed, ...Object.fromEntries(added) }
}

/**
 * What an installation lacks, made fresh around what it has: the files to write. Nothing that is there is changed, so
 * that a second run, or one after a crash in the middle of the first, only adds. Pure but for randomness.
 */
export const prepareSecrets = (have: SecretFiles, now: Date): SecretFiles => {
  const all = new Map(have)
  const take = (path: string, make: () => string): string => {
    const text = all.get(path) ?? make()
    all.set(path, text)
    return text
  }
  for (const service of services)
    if (databases[service] !== undefined)
      for (const user of databaseUsers) take(passwordPath(service, user), newPassword)
  const redis = take(redisPath, () => redisConfiguration(newPassword()))
  const redisPassword = /^\s*requirepass\s+"?([^\s"]+)/m.exec(redis)?.[1] ?? ''

  const envOf = (service: ServiceName) => readEnv(all.get(envPath(service)) ?? '')
  const add = (service: ServiceName, values: Readonly<Record<string, string>>): void => {
    const env = envOf(service)
    const missing = Object.entries(values).filter(([name]) => (env[name] ?? '') === '')
    if (missing.length === 0) return
    all.set(envPath(service), withValues(all.get(envPath(service)) ?? '', Object.fromEntries(missing)))
  }
  for (const service of services) {
    add(
      service,
      databaseValues(service, (user) => (all.get(passwordPath(service, user)) ?? '').trim()),
    )
    add(service, { [names.redis]: `redis://default:${encodeURIComponent(redisPassword)}@redis:6379` })
    add(service, { [names.privateKey]: JSON.stringify(newTokenKey(service)) })
    if (sealing.includes(service)) add(service, { [names.encryption]: createEncryptionKeys(now) })
  }
  add('auth', { [names.auth]: createAuthSecrets(now) })
  add('ledger', { [names.checkpoint]: createCheckpointKeys(now) })

  const keys = Object.fromEntries(
    services.map((service) => [service, parse<TokenPrivateKey>(envOf(service)[names.privateKey])]),
  ) as Record<ServiceName, TokenPrivateKey>
  for (const service of services) {
    const listed = withCallers(service, parse<PublicKeys>(envOf(service)[names.publicKeys]) ?? {}, keys)
    if (listed === undefined) continue
    const text = all.get(envPath(service)) ?? ''
    all.set(envPath(service), withValues(text, { [names.publicKeys]: JSON.stringify(listed) }))
  }
  return new Map([...all].filter(([path, text]) => have.get(path) !== text))
}
