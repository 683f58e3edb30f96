import type { ApiKey, RequestLog } from '@micro/contracts'
import { maskedKey } from '../keys/key-state.ts'
import type { Tone } from '../ui/badge.tsx'

/** The colour of a status. */
export const toneOf = (status: number): Tone => (status >= 500 ? 'bad' : status >= 400 ? 'warn' : 'good')

/** Who made a request, in few words: the key as it is known after it was shown, or the dashboard. */
export const madeBy = (
  { key_id: id, source }: Pick<RequestLog, 'key_id' | 'source'>,
  keys: readonly ApiKey[],
): string => {
  if (id === null) return source === 'dashboard' ? 'the dashboard' : 'no key'
  const key = keys.find((each) => each.id === id)
  if (key === undefined) return id
  return key.name === null ? maskedKey(key) : `${key.name} (${maskedKey(key)})`
}

/** Why it failed, in the API's shortest words. */
export const errorWord = ({ error }: Pick<RequestLog, 'error'>): string | null =>
  error && (error.decline_code ?? error.code ?? error.type)
