import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../config.ts'
import { usageFailure } from '../shell/failure.ts'
import type { Values } from './flat-yaml.ts'

/** Flags that every command understands. */
export interface GlobalFlags {
  readonly config?: string
  readonly profile?: string
  readonly apiKey?: string
  readonly gatewayUrl?: string
  readonly json?: boolean
  readonly color: boolean
}

/** What logging in leaves in the settings file. */
export interface Login {
  readonly gatewayUrl: string | undefined
  readonly email: string | undefined
  readonly apiKey: string | undefined
  /** Used only by who says --live. */
  readonly liveApiKey: string | undefined
  /** Known for keys that logging in made: those are ours to revoke. */
  readonly apiKeyId: string | undefined
  readonly refreshToken: string | undefined
}

export type Origin = 'flag' | 'environment' | 'file' | 'default'

/** Where to call and as whom; a flag beats the environment beats the file. */
export interface Settings {
  readonly path: string
  readonly gatewayUrl: string
  readonly gatewayUrlOrigin: Origin
  readonly apiKey: { readonly value: string; readonly origin: Origin } | undefined
  /** What the file says, whether it applies or not. */
  readonly stored: Login
  /** False when the stored login belongs to another gateway: its secrets must not be sent to this one. */
  readonly storedApplies: boolean
}

export const defaultGatewayUrl = 'http://localhost:8080'

/** The original's place and keys; a file written by it still works. */
export const mainSettingsPath = (flags: GlobalFlags, environment: Environment): string =>
  flags.config ?? environment.settingsPath ?? join(homedir(), '.micro.yaml')

const profilePattern = '[A-Za-z0-9][A-Za-z0-9_-]{0,39}'

/** Of `~/.micro.yaml` and `shop`: `~/.micro.shop.yaml`. */
const besides = (path: string, profile: string): string => {
  const [, stem = path, ending = ''] = /^(.*?)(\.ya?ml)?$/s.exec(path) ?? []
  return `${stem}.${profile}${ending}`
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

/** Matches the names of the files that profiles have beside a main one, and tells the profile. */
export const profileFile = (mainName: string): RegExp => {
  const [before = '', after = ''] = besides(mainName, '\0').split('\0')
  return new RegExp(`^${escaped(before)}(${profilePattern})${escaped(after)}$`)
}

/** Which profile is meant; undefined for the plain one. @throws Failure (2) */
export const profileOf = (flags: GlobalFlags, environment: Environment): string | undefined => {
  const profile = flags.profile ?? environment.profile
  if (profile === undefined || profile === 'default') return undefined
  if (!new RegExp(`^${profilePattern}$`).test(profile))
    throw usageFailure(`A profile is named in letters, digits, - and _, got '${profile}'.`)
  return profile
}

/** Each profile has a file of its own, so that no secret of one is where another's are. @throws Failure (2) */
export const settingsPath = (flags: GlobalFlags, environment: Environment): string => {
  const main = mainSettingsPath(flags, environment)
  const profile = profileOf(flags, environment)
  return profile === undefined ? main : besides(main, profile)
}

/** @throws Failure (2) for what is no address of a gateway */
export const readGatewayUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const usable =
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username === '' &&
    url.password === ''
  if (!usable) throw usageFailure(`The gateway URL must look like ${defaultGatewayUrl}, got '${text}'.`)
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

const readApiKey = (text: string): string => {
  // Anything else could not travel in a header.
  if (!/^[\x21-\x7e]{1,255}$/.test(text))
    throw usageFailure('The API key contains characters that no key has. It looks like sk_test_….')
  return text
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Two addresses of one gateway: this machine has several names. */
export const sameGateway = (a: string, b: string): boolean => {
  const names = [a, b].map((text) => {
    const url = new URL(text)
    if (loopback.has(url.hostname)) url.hostname = 'localhost'
    return url.href.replace(/\/+$/, '')
  })
  return names[0] === names[1]
}

const loginOf = (file: Values): Login => {
  const read = (key: string): string | undefined => (file[key] === '' ? undefined : file[key])
  return {
    gatewayUrl: read('gateway_url'),
    email: read('email'),
    apiKey: read('api_key'),
    liveApiKey: read('live_api_key'),
    apiKeyId: read('api_key_id'),
    refreshToken: read('refresh_token'),
  }
}

interface Given {
  readonly value: string
  readonly origin: Origin
}

const firstOf = (...sources: readonly { readonly value: string | undefined; readonly origin: Origin }[]) =>
  sources.find((each): each is Given => each.value !== undefined)

/** @throws Failure (2) when a value cannot be used */
export const resolveSettings = (flags: GlobalFlags, environment: Environment, file: Values): Settings => {
  const stored = loginOf(file)
  const gateway = firstOf(
    { value: flags.gatewayUrl, origin: 'flag' },
    { value: environment.gatewayUrl, origin: 'environment' },
    { value: stored.gatewayUrl, origin: 'file' },
  )
  const gatewayUrl = readGatewayUrl(gateway?.value ?? defaultGatewayUrl)
  const storedApplies = stored.gatewayUrl === undefined || sameGateway(readGatewayUrl(stored.gatewayUrl), gatewayUrl)
  const key = firstOf(
    { value: flags.apiKey === '' ? undefined : flags.apiKey, origin: 'flag' },
    { value: environment.apiKey, origin: 'environment' },
    { value: storedApplies ? stored.apiKey : undefined, origin: 'file' },
  )
  return {
    path: settingsPath(flags, environment),
    gatewayUrl,
    gatewayUrlOrigin: gateway?.origin ?? 'default',
    apiKey: key === undefined ? undefined : { value: readApiKey(key.value), origin: key.origin },
    stored,
    storedApplies,
  }
}
