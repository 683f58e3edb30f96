import { addMs, assert } from '@micro/kernel'
import type { Tenant } from '@micro/contracts'
import type { PageLine, PageRequest, PageSent } from '../processors/paging.ts'
import { successUrlOf, type LineItem, type Session } from './checkout-session.ts'

/** The page of a processor on which a session of live mode is paid, as its row has it. */
export interface HostedPage extends Tenant {
  readonly session: string
  readonly processor: string
  /** What the charge will be called that is made on it. */
  readonly charge: string
  /** Processors that would make none. */
  readonly refused_by: readonly string[]
  /** As what it is known there; null until its processor has told. */
  readonly processor_id: string | null
  /** Where buyers find it, as long. */
  readonly url: string | null
  readonly request_id: string
  /** How often it was looked at in the background. */
  readonly looks: number
  readonly looked_at: Date | null
  /** When somebody is to see to it, and until when it is somebody's; null once its session ended. */
  readonly due_at: Date | null
  readonly created_at: Date
}

export const sessionPoint = (id: string): string => `session:${id}`
/** The session that an earlier holder of an idempotency key made. */
export const sessionOfPoint = (point: string | null | undefined): string | undefined =>
  /^session:(.+)$/.exec(point ?? '')?.[1]

const minuteMs = 60_000
/** A processor's page lives so long at least, and no longer than a day: as long as that is left to it, it need not be told. */
const livesMsMin = 45 * minuteMs
const livesMsMax = 24 * 60 * minuteMs - 5 * minuteMs
const nameMax = 250

/** Of the row alone, so that it is the same whenever it is sent: a while may pass, and a processor wants half an hour. */
const expiryThere = ({ expires_at, created_at }: Session): Date | undefined => {
  const ms = expires_at.getTime() - created_at.getTime()
  return ms > livesMsMax ? undefined : addMs(created_at, Math.max(ms, livesMsMin))
}

/** By the piece where that comes to the same amount, else all of the line as one. */
const lineOf = ({ description, price, amount, quantity }: LineItem): PageLine => {
  const unit = price.unit_amount === null ? undefined : BigInt(price.unit_amount)
  const name = description.slice(0, nameMax)
  if (unit !== undefined && unit * BigInt(quantity) === amount) return { name, unit, quantity }
  const times = ` × ${quantity}`
  return { name: `${description.slice(0, nameMax - times.length)}${times}`, unit: amount, quantity: 1 }
}

export const sentOf = (session: Session, page: HostedPage): PageSent => {
  const { id, amount_total: amount, currency, intent_data: data } = session
  assert(amount !== null && currency !== null, `${id} is of no payment`)
  return {
    session: id,
    charge: page.charge,
    amount,
    currency,
    captureMethod: data.capture_method === 'manual' ? 'manual' : 'automatic',
    sentAt: page.created_at,
    processorId: page.processor_id,
  }
}

/** What a processor is asked to show. `email`: what is known of who pays. */
export const requestOf = (
  session: Session,
  page: HostedPage,
  { items, email }: { items: readonly LineItem[]; email: string | null },
): PageRequest => ({
  ...sentOf(session, page),
  lines: items.map(lineOf),
  // With our own id in it: theirs says nothing to the shop.
  successUrl: successUrlOf(session),
  cancelUrl: session.cancel_url,
  email,
  locale: session.locale,
  submitType: session.submit_type,
  expiresAt: expiryThere(session),
})

const lookMsMin = 15_000
const lookMsMax = 10 * minuteMs

/** How long an open page waits for the next look at it, in ms: buyers pay within minutes, if at all. */
export const nextLookMs = (looks: number): number => Math.min(lookMsMax, lookMsMin * 2 ** Math.min(looks, 10))
