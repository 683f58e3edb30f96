// What is sent, by Micro and beside it: a payment intent that succeeded.
import { apiVersion } from '@micro/contracts'
import { intent } from '../gateway/stand-in.ts'

export const eventType = 'payment_intent.succeeded'

/** The object of the nth event; the one that receives it knows it by its description. */
export const objectOf = (nth: number) => ({ ...intent, description: String(nth) })

/** Which event a frame brings. */
export const nthOf = (frame: string): number => Number(/"description":"(\d+)"/.exec(frame)?.[1] ?? Number.NaN)

const eventOf = (nth: number) => ({
  id: 'evt_000000000000000000000000',
  object: 'event',
  api_version: apiVersion,
  created: 1_767_225_600,
  data: { object: objectOf(nth) },
  livemode: false,
  pending_webhooks: 0,
  request: { id: null, idempotency_key: null },
  type: eventType,
})

/** A frame as long as Micro's. */
export const frameOf = (nth: number): string => JSON.stringify({ type: 'event', seq: nth, event: eventOf(nth) })

/** A webhook's body as long as Micro's. */
export const bodyOf = (nth: number): string => JSON.stringify(eventOf(nth), null, 2)
