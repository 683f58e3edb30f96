import { everyScope } from '@micro/contracts'
import type { AuthClient } from '../session/api.ts'
import { printable } from '../shell/terminal.ts'
import { day, minute } from './times.ts'

export type Key = Awaited<ReturnType<AuthClient['listApiKeys']>>['data'][number]

const stateOf = (key: Key, now: number): string => {
  if (key.revoked !== null) return `revoked ${day(key.revoked)}`
  if (key.expires !== null && key.expires <= now) return 'expired'
  return key.rolled_to === null ? '' : `rolled to ${key.rolled_to}`
}

/** The id is what other commands take, so it is always whole. */
export const keyColumns = [
  { heading: 'ID' },
  { heading: 'TYPE', spare: 1 },
  { heading: 'MODE' },
  // Of a publishable key all there is; whoami tells it whole, too.
  { heading: 'KEY', cut: true },
  { heading: 'NAME', cut: true },
  { heading: 'SCOPES', cut: true, spare: 5 },
  { heading: 'CREATED', spare: 2 },
  { heading: 'LAST USED', spare: 4 },
  { heading: 'EXPIRES', spare: 3 },
  { heading: 'STATE', cut: true },
]

export const rowOf = (key: Key, now: number): string[] => [
  key.id,
  key.type,
  key.environment,
  key.key ?? `…${key.truncated_key}`,
  printable(key.name ?? ''),
  key.scopes.includes(everyScope) ? 'all' : key.scopes.join(','),
  day(key.created),
  day(key.last_used),
  minute(key.expires),
  stateOf(key, now),
]
