import type { LagName, ServiceLag } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

/** What `/health` of the gateway answers. */
export interface Health {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly version: string
  readonly services: Readonly<Record<string, { readonly status: Health['status']; readonly reason?: string }>>
  readonly bus: { readonly status: 'ok' | 'away'; readonly reason?: string }
  readonly limiter: { readonly status: 'exact' | 'local'; readonly reason?: string }
}

export const serviceNames = ['gateway', 'auth', 'payments', 'ledger', 'events'] as const
export type ServiceName = (typeof serviceNames)[number]

interface Standing {
  readonly text: string
  readonly tone: Tone
}

const standings = {
  ok: { text: 'Works', tone: 'good' },
  degraded: { text: 'Works, with a flaw', tone: 'warn' },
  unavailable: { text: 'Away', tone: 'bad' },
} as const satisfies Record<Health['status'], Standing>

/** How a service stands. The gateway, which answered, works. */
export const standingOf = (
  { services }: Pick<Health, 'services'>,
  name: ServiceName,
): Standing & { reason?: string } => {
  const told = name === 'gateway' ? ({ status: 'ok' } as const) : services[name]
  if (told === undefined) return { text: 'Not known', tone: 'calm' }
  return { ...standings[told.status], ...(told.reason === undefined ? {} : { reason: told.reason }) }
}

const wholes = {
  ok: { text: 'All is well', tone: 'good', means: 'Every service works, and limits are exact.' },
  degraded: { text: 'It works, with a flaw', tone: 'warn', means: 'What is wrong is named below.' },
  unavailable: { text: 'It is down', tone: 'bad', means: 'Requests are answered with 503 until this is mended.' },
} as const satisfies Record<Health['status'], Standing & { means: string }>

/** How the installation stands as a whole, and what that means to whoever uses it. */
export const wholeOf = ({ status }: Pick<Health, 'status'>): Standing & { means: string } => wholes[status]

/** How requests are limited, for whoever runs several gateways. */
export const limiterOf = ({ limiter }: Pick<Health, 'limiter'>): Standing & { means: string } =>
  limiter.status === 'exact'
    ? { text: 'Exact', tone: 'good', means: 'All gateways count together.' }
    : { text: 'Each for itself', tone: 'warn', means: limiter.reason ?? '' }

export const busOf = ({ bus }: Pick<Health, 'bus'>): Standing & { means: string } =>
  bus.status === 'ok'
    ? { text: 'Passes messages', tone: 'good', means: 'Services tell each other at once what happened.' }
    : { text: 'Away', tone: 'warn', means: bus.reason ?? '' }

/** What of a service waits: `late` is worth a look once the oldest is older than so many seconds, or once there is any. */
const lagWords = {
  outbox: { text: 'Events to be taken in', lateSeconds: 60 },
  charges: { text: 'Charges without a result', lateSeconds: 600 },
  movements: { text: 'Payments to be booked', lateSeconds: 60 },
  verification: { text: 'Transactions to be verified', lateSeconds: undefined },
  wrong_books: { text: 'Books found wrong', lateSeconds: 0 },
  deliveries: { text: 'Webhooks not through yet', lateSeconds: undefined },
  dead_letters: { text: 'Events put aside', lateSeconds: 0 },
} as const satisfies Record<LagName, { text: string; lateSeconds: number | undefined }>

/** What to do about what is late. */
const remedies: Readonly<Partial<Record<string, string>>> = {
  outbox: 'See whether the events service works, and what its log says of ingest.',
  charges: 'See whether the processor answers; what came of them is looked up until it is known.',
  movements: 'See whether the ledger works; they are posted until it confirms them.',
  wrong_books: 'Someone changed what must not change: stop, and follow the guide to the ledger (micro ledger verify).',
  dead_letters: 'GET /events/operator/dead_letters names each with its reason; once mended they are taken in again.',
}

/** What waits, in words, and whether that is worth a look. */
export const lagState = ({
  name,
  waiting,
  oldest_seconds,
}: ServiceLag): { text: string; late: boolean; remedy?: string } => {
  if (!Object.hasOwn(lagWords, name)) return { text: name, late: false }
  const { text, lateSeconds } = lagWords[name as LagName]
  const late = waiting > 0 && lateSeconds !== undefined && (lateSeconds === 0 || (oldest_seconds ?? 0) > lateSeconds)
  const remedy = late ? remedies[name] : undefined
  return { text, late, ...(remedy === undefined ? {} : { remedy }) }
}

/** A stretch of time, roughly: "40 s", "12 min", "3 h", "5 days". */
export const spanText = (seconds: number): string => {
  if (seconds < 100) return `${seconds} s`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
