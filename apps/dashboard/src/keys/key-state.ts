import type { ApiKey } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

type Judged = Pick<ApiKey, 'revoked' | 'expires' | 'rolled_to'>

/** How a key stands at a moment, and whether anything can still be done with it. */
export const keyState = (
  { revoked, expires, rolled_to }: Judged,
  now: number,
): { text: string; tone: Tone; alive: boolean } => {
  if (revoked !== null) return { text: 'Revoked', tone: 'calm', alive: false }
  if (expires !== null && expires <= now)
    return { text: rolled_to === null ? 'Expired' : 'Rolled', tone: 'calm', alive: false }
  if (rolled_to !== null) return { text: 'Being rolled', tone: 'warn', alive: true }
  return { text: 'Works', tone: 'good', alive: true }
}

/** A key as it is known after it was shown: where it belongs, and how it ends. */
export const maskedKey = ({
  type,
  environment,
  truncated_key,
}: Pick<ApiKey, 'type' | 'environment' | 'truncated_key'>): string =>
  `${{ secret: 'sk', restricted: 'rk', publishable: 'pk' }[type]}_${environment}_…${truncated_key.slice(-4)}`
