/**
 * The keys that services sign their calls to each other with. Whoever is called must know a new key before its caller
 * signs with it, so a rotation has two steps with a restart of every service after each: announced keys are listed but
 * not used; rotated ones are used, and those before them stay listed until they are pruned. Pure but for randomness.
 */
import type { ServiceName } from '@micro/contracts'
import { newTokenKey, publicTokenKey, type TokenPrivateKey, type TokenPublicKey } from '@micro/signing'
import { Failure } from '../shell/failure.ts'
import { readEnv, withValues } from './env-file.ts'
import { callers, envPath, names, services } from './installation.ts'

/** Path below the installation's folder → text; in a change, null for a file to remove. The order is that of writing. */
export type TokenFiles = ReadonlyMap<string, string>
export type TokenChanges = ReadonlyMap<string, string | null>

type Listed = Readonly<Partial<Record<ServiceName, readonly TokenPublicKey[]>>>

export const nextKeyPath = (service: ServiceName): string => `${service}/token-key.next`
export const tokenPaths = (): readonly string[] =>
  services.flatMap((service) => [envPath(service), nextKeyPath(service)])

const parse = <T>(text: string | undefined, path: string): T | undefined => {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    throw new Failure(`A token key in ${path} is not valid JSON.`)
  }
}

const envOf = (files: TokenFiles, service: ServiceName) => readEnv(files.get(envPath(service)) ?? '')

const currentOf = (files: TokenFiles, service: ServiceName): TokenPrivateKey => {
  const key = parse<TokenPrivateKey>(envOf(files, service)[names.privateKey], envPath(service))
  if (key === undefined) throw new Failure(`${envPath(service)} has no ${names.privateKey}: run micro secrets init.`)
  return key
}

const nextOf = (files: TokenFiles, service: ServiceName): TokenPrivateKey | undefined =>
  parse<TokenPrivateKey>(files.get(nextKeyPath(service)), nextKeyPath(service))

const listedAt = (files: TokenFiles, service: ServiceName): Listed =>
  parse<Listed>(envOf(files, service)[names.publicKeys], envPath(service)) ?? {}

const withEnv = (files: TokenFiles, service: ServiceName, values: Record<string, string>): string =>
  withValues(files.get(envPath(service)) ?? '', values)

/** The lists of every service that is called, each made from what it was. */
const relisted = (
  files: TokenFiles,
  listFor: (caller: ServiceName, listed: readonly TokenPublicKey[]) => readonly TokenPublicKey[],
): TokenChanges => {
  const changes = new Map<string, string>()
  for (const service of services) {
    if (callers[service].length === 0) continue
    const before = listedAt(files, service)
    const after = Object.fromEntries(callers[service].map((caller) => [caller, listFor(caller, before[caller] ?? [])]))
    const text = withEnv(files, service, { [names.publicKeys]: JSON.stringify({ ...before, ...after }) })
    if (text !== files.get(envPath(service))) changes.set(envPath(service), text)
  }
  return changes
}

/** A next key for every service, known to all it calls. Done again, it completes what was interrupted. */
export const announceTokens = (files: TokenFiles): TokenChanges => {
  const nexts = new Map(services.map((service) => [service, nextOf(files, service) ?? newTokenKey(service)]))
  const lists = relisted(files, (caller, listed) => {
    const next = nexts.get(caller)
    return next === undefined || listed.some(({ kid }) => kid === next.kid) ? listed : [...listed, publicTokenKey(next)]
  })
  const kept = [...nexts].filter(([service]) => !files.has(nextKeyPath(service)))
  // The keys first: a key that is listed but lost could never be used.
  return new Map([...kept.map(([service, key]) => [nextKeyPath(service), JSON.stringify(key)] as const), ...lists])
}

/** Every announced key into use. Done again, it completes what was interrupted. @throws Failure before an announcement */
export const rotateTokens = (files: TokenFiles): TokenChanges => {
  const waiting = services.flatMap((service) => {
    const next = nextOf(files, service)
    return next === undefined ? [] : [{ service, next }]
  })
  if (waiting.length === 0)
    throw new Failure(
      'No token keys are announced. A service refuses keys it was not told of, so first: micro secrets rotate tokens --announce',
    )
  for (const { service, next } of waiting)
    for (const called of services.filter((each) => callers[each].includes(service)))
      if (listedAt(files, called)[service]?.some(({ kid }) => kid === next.kid) !== true)
        throw new Failure(
          `${called} does not know the announced key of ${service} yet. Run again: micro secrets rotate tokens --announce`,
        )
  return new Map(
    waiting.flatMap(({ service, next }): [string, string | null][] => [
      [envPath(service), withEnv(files, service, { [names.privateKey]: JSON.stringify(next) })],
      [nextKeyPath(service), null],
    ]),
  )
}

/** Lists without the keys that no service signs with, now or next. */
export const pruneTokens = (files: TokenFiles): TokenChanges => {
  const used = new Set(
    services.flatMap((service) => [currentOf(files, service).kid, nextOf(files, service)?.kid ?? '']),
  )
  return relisted(files, (_caller, listed) => listed.filter(({ kid }) => used.has(kid)))
}

export interface TokenKeyNote {
  readonly id: string
  readonly state: 'current' | 'next' | 'previous'
  readonly path: string
}

/** Every key that signs or is believed, without its secret. */
export const tokenKeysIn = (files: TokenFiles): readonly TokenKeyNote[] => {
  const found = new Map<string, TokenKeyNote>()
  const note = (id: string, state: TokenKeyNote['state'], path: string): void => {
    if (!found.has(id)) found.set(id, { id, state, path })
  }
  for (const service of services) {
    note(currentOf(files, service).kid, 'current', envPath(service))
    const next = nextOf(files, service)
    if (next !== undefined) note(next.kid, 'next', nextKeyPath(service))
  }
  for (const service of services)
    for (const list of Object.values(listedAt(files, service)))
      for (const { kid } of list) note(kid, 'previous', envPath(service))
  return [...found.values()]
}
