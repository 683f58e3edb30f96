import type { ApiKey, MerchantPrincipal, Mode } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

export interface ApiKeyRow {
  id: string
  merchant: string
  mode: Mode
  name: string | null
  last_four: string
  created_at: Date
  last_used_at: Date | null
  revoked_at: Date | null
}

const seconds = (date: Date | null): number | null => (date === null ? null : unixSeconds(date))

export const apiKeyToWire = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  object: 'api_key',
  name: row.name,
  environment: row.mode,
  truncated_key: row.last_four,
  created: unixSeconds(row.created_at),
  last_used: seconds(row.last_used_at),
  revoked: seconds(row.revoked_at),
})

/** What cannot be an id of ours need not be looked up (and may hold characters that PostgreSQL refuses). */
export const isApiKeyId = (id: string): boolean => /^key_[0-9A-Za-z]{1,64}$/.test(id)

/** A person may revoke every key of their merchant; an API key only itself. */
export const mayRevoke = (principal: MerchantPrincipal, key: Pick<ApiKeyRow, 'id' | 'merchant'>): boolean =>
  key.merchant === principal.merchant && (principal.kind === 'session' || principal.keyId === key.id)
