import type { ProcessorWebhook, Tenant } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** With what a processor signs what it tells, as its row has it. */
export interface Webhook extends Tenant {
  readonly processor: string
  /** Sealed. */
  readonly secret: string
  readonly created_at: Date
}

/** Where its secret is sealed for. */
export const secretPlace = ({ merchant, mode, processor }: Tenant & { processor: string }) => ({
  tenant: `${merchant}/${mode}`,
  row: processor,
  purpose: 'processor_webhook_secret',
})

/** What is kept of an event: which thing there to ask about. Nothing else it says is believed. */
export interface TellEvent {
  readonly id: string
  readonly type: string
  /** The processor's id of what it is about. */
  readonly object: string
}

/** The beginnings of the types that are asked about; of all others nothing is kept. */
const told: readonly string[] = ['payment_intent.', 'charge.', 'refund.', 'payout.', 'checkout.session.']

const isId = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z0-9_]{1,255}$/.test(value)

const member = (value: unknown, name: string): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined

/** Undefined: it is about nothing here, or no event at all. */
export const readEvent = (payload: string): TellEvent | undefined => {
  let event: unknown
  try {
    event = JSON.parse(payload)
  } catch {
    return undefined
  }
  const [id, type, object] = [member(event, 'id'), member(event, 'type'), member(member(event, 'data'), 'object')]
  const about = member(object, 'id')
  if (!isId(id) || !isId(about) || typeof type !== 'string' || !/^[a-z0-9_.]{1,100}$/.test(type)) return undefined
  return told.some((beginning) => type.startsWith(beginning)) ? { id, type, object: about } : undefined
}

/** @param publicUrl where others find the gateway, without a slash at the end */
export const webhookToWire = ({ processor, mode, created_at }: Webhook, publicUrl: string): ProcessorWebhook => ({
  object: 'payment_processor_webhook',
  created: unixSeconds(created_at),
  livemode: mode === 'live',
  processor,
  url: `${publicUrl}/payments/processors/${processor}/webhook`,
})
