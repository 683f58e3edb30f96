import type { Mode } from '@micro/contracts'
import type { NewApiKeyRow } from './api-key.ts'

/** What is said of a publishable key when it is made. `name`: null where nobody gave it one. */
export interface PublishableKeyGiven {
  readonly id: string
  readonly merchant: string
  readonly mode: Mode
  readonly name: string | null
  readonly now: Date
}

/** The key that a merchant's web pages carry. It has no end: pages would have to be written anew for it. */
export const newPublishableKey = (
  { now, ...given }: PublishableKeyGiven,
  key: string,
): NewApiKeyRow & { readonly publishable_key: string } => ({
  ...given,
  scopes: [],
  last_four: key.slice(-4),
  created_at: now,
  expires_at: null,
  rolled_from: null,
  publishable_key: key,
})
