import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../config.ts'
import { usageFailure } from '../shell/failure.ts'
import type { Values } from './flat-yaml.ts'

/** Flags that every command understands. */
export interface GlobalFlags {
  readonly config?: string
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
  /** Known for keys that logging in made: those are ours to revoke. */
  readonly apiKeyId: string | undefined
  readonly refreshToken: string | undefined
}

export type Origin = 'flag' | 'environment' | 'file' | 'default'

/** Where to call and as whom; a flag beats the environment beats the file. */
export interface Settings {
  readonly path: string
  readonly gatewayUrl: string
  readonly apiKey: { readonly value: string; readonly origin: Origin } | undefined
  /** What the file says, whether it applies or not. */
  readonly stored: Login
  /** False when the stored login belongs to another gateway: its secrets must not be sent to this one. */
  readonly storedApplies: boolean
}

export const defaultGatewayUrl = 'http://localhost:8080'

/** The original's place and keys; a file written by it still works. */
export const settingsPath = (flags: GlobalFlags, environment: Environment): string =>
  flags.config ?? environment.settingsPath ?? join(homedir(), '.micro.yaml')

/** @throws Failure (2) for what is no address of a gateway */
const readGatewayUrl = (text: string): string => {
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
    apiKeyId: read('api_key_id'),
    refreshToken: read('refresh_token'),
  }
}

/** @throws Failure (2) when a value cannot be used */
export const resolveSettings = (flags: GlobalFlags, environment: Environment, file: Values): Settings => {
  const stored = loginOf(file)
  const gatewayUrl = readGatewayUrl(
    flags.gatewayUrl ?? environment.gatewayUrl ?? stored.gatewayUrl ?? defaultGatewayUrl,
  )
  const storedApplies = stored.gatewayUrl === undefined || sameGateway(readGatewayUrl(stored.gatewayUrl), gatewayUrl)
  const candidates = [
    { value: flags.apiKey, origin: 'flag' },
    { value: environment.apiKey, origin: 'environment' },
    { value: storedApplies ? stored.apiKey : undefined, origin: 'file' },
  ] as const
  const chosen = candidates.find(({ value }) => value !== undefined && value !== '')
  return {
    path: settingsPath(flags, environment),
    gatewayUrl,
    apiKey: chosen?.value === undefined ? undefined : { value: readApiKey(chosen.value), origin: chosen.origin },
    stored,
    storedApplies,
  }
}
