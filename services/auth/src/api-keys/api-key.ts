import { everyScope, type ApiKey, type MerchantPrincipal, type Mode } from '@micro/contracts'
import { Fault, fromUnixSeconds, unixSeconds } from '@micro/kernel'

export interface ApiKeyRow {
  id: string
  merchant: string
  mode: Mode
  name: string | null
  /** What the key may do; `*` alone makes it a secret key. A publishable key has none. */
  scopes: string[]
  last_four: string
  created_at: Date
  /** The end it was made with; never changes. */
  expires_at: Date | null
  last_used_at: Date | null
  revoked_at: Date | null
  rolled_from: string | null
  rolled_to: string | null
  /** The end of a key that was rolled, at the latest `expires_at`. */
  retires_at: Date | null
  /** The key itself, where it is no secret. */
  publishable_key: string | null
}

/** A key as it is made: nothing has happened to it yet. */
export type NewApiKeyRow = Omit<ApiKeyRow, 'last_used_at' | 'revoked_at' | 'rolled_to' | 'retires_at'>

/** The whole row of a key that was just made. */
export const asMade = (row: NewApiKeyRow): ApiKeyRow => ({
  ...row,
  last_used_at: null,
  revoked_at: null,
  rolled_to: null,
  retires_at: null,
})

/** Another merchant's key is as unknown as one that never was. */
export const apiKeyMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'api_key', id, param: 'id' })

const seconds = (date: Date | null): number | null => (date === null ? null : unixSeconds(date))

/** How the text of the key begins. */
export const typeOf = ({
  scopes,
  publishable_key,
}: Pick<ApiKeyRow, 'scopes' | 'publishable_key'>): 'sk' | 'rk' | 'pk' => {
  if (publishable_key !== null) return 'pk'
  return scopes.includes(everyScope) ? 'sk' : 'rk'
}

/**
 * The text of a new key is in the answer, and that of a live secret key must not cross the network in clear.
 * @throws Fault live_requires_tls
 */
export const checkMayBeShown = (
  key: Pick<ApiKeyRow, 'mode' | 'scopes' | 'publishable_key'>,
  { inClear }: { inClear: boolean },
): void => {
  if (inClear && key.mode === 'live' && typeOf(key) !== 'pk') throw new Fault('live_requires_tls')
}

const typeNames = { sk: 'secret', rk: 'restricted', pk: 'publishable' } as const

/** From when on the key no longer works; null when it has no end. */
export const endOf = ({ expires_at, retires_at }: Pick<ApiKeyRow, 'expires_at' | 'retires_at'>): Date | null =>
  retires_at ?? expires_at

export const hasExpired = (key: Pick<ApiKeyRow, 'expires_at' | 'retires_at'>, now: Date): boolean => {
  const end = endOf(key)
  return end !== null && end <= now
}

/** So many seconds from now, on a whole second, so that the end people are shown is the end there is. */
export const endIn = (now: Date, inSeconds: number): Date => fromUnixSeconds(unixSeconds(now) + inSeconds)

export const apiKeyToWire = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  object: 'api_key',
  type: typeNames[typeOf(row)],
  name: row.name,
  environment: row.mode,
  scopes: row.scopes,
  key: row.publishable_key,
  truncated_key: row.last_four,
  created: unixSeconds(row.created_at),
  last_used: seconds(row.last_used_at),
  expires: seconds(endOf(row)),
  revoked: seconds(row.revoked_at),
  rolled_from: row.rolled_from,
  rolled_to: row.rolled_to,
})

/** What cannot be an id of ours need not be looked up (and may hold characters that PostgreSQL refuses). */
export const isApiKeyId = (id: string): boolean => /^key_[0-9A-Za-z]{1,64}$/.test(id)

/** A person may revoke and roll every key of their merchant; an API key only itself. */
export const mayManage = (principal: MerchantPrincipal, key: Pick<ApiKeyRow, 'id' | 'merchant'>): boolean =>
  key.merchant === principal.merchant && (principal.kind === 'session' || principal.keyId === key.id)

/**
 * Replaces a key by one that may do exactly as much for exactly as long. The old one retires after the grace, or at its
 * own end if that is nearer.
 * @throws Fault api_key_unexpected_state
 */
export const roll = (
  old: ApiKeyRow,
  { id, key, now, graceSeconds }: { id: string; key: string; now: Date; graceSeconds: number },
): { successor: NewApiKeyRow; retires_at: Date } => {
  const refuse = (reason: string): Fault => new Fault('api_key_unexpected_state', { id: old.id, reason })
  if (old.revoked_at !== null) throw refuse('it is revoked; create a new one')
  if (hasExpired(old, now)) throw refuse('it has expired; create a new one')
  // Otherwise whoever found an old key could make themselves one that outlives it.
  if (old.rolled_to !== null) throw refuse(`it was rolled to ${old.rolled_to} already; roll that one`)
  const { merchant, mode, name, scopes, expires_at } = old
  const graceEnd = endIn(now, graceSeconds)
  return {
    successor: {
      ...{ id, merchant, mode, name, scopes, expires_at, created_at: now },
      last_four: key.slice(-4),
      rolled_from: old.id,
      publishable_key: old.publishable_key === null ? null : key,
    },
    retires_at: expires_at !== null && expires_at < graceEnd ? expires_at : graceEnd,
  }
}
