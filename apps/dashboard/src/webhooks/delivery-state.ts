import type { WebhookDelivery } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

type Judged = Pick<WebhookDelivery, 'status' | 'attempts' | 'last_status' | 'last_error' | 'next_attempt'>

const timesText = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** How long it is until then, roughly: "in 40 s", "in 2 min". */
export const untilText = (seconds: number): string => {
  if (seconds <= 0) return 'now'
  if (seconds < 100) return `in ${seconds} s`
  if (seconds < 100 * 60) return `in ${Math.round(seconds / 60)} min`
  return `in ${Math.round(seconds / 3600)} h`
}

const answerText = ({ last_status, last_error }: Judged): string =>
  last_status === null ? (last_error === null ? '' : ', no answer') : `, last answer ${last_status}`

/** How a delivery stands at a moment, in words. */
export const deliveryState = (delivery: Judged, now: number): { text: string; tone: Tone; detail: string } => {
  const { status, attempts, next_attempt, last_error } = delivery
  const tried = `Tried ${timesText(attempts)}${answerText(delivery)}`
  if (status === 'delivered') return { text: 'Delivered', tone: 'good', detail: tried }
  if (status === 'failed') return { text: 'Given up', tone: 'bad', detail: `${tried}; not tried again by itself` }
  const next = next_attempt === null ? '' : `; next try ${untilText(next_attempt - now)}`
  if (attempts === 0) return { text: 'Waiting', tone: 'calm', detail: `Not sent yet${next}` }
  // It got through, and somebody wants it sent again.
  if (last_error === null) return { text: 'Being resent', tone: 'calm', detail: `${tried}${next}` }
  return { text: 'Failing', tone: 'warn', detail: `${tried}${next}` }
}

const soonSeconds = 15

/** How often to look whether anything came of deliveries, in ms; false: nothing is to come. */
export const lookEveryMs = (
  deliveries: readonly Pick<WebhookDelivery, 'status' | 'next_attempt'>[],
  now: number,
): number | false => {
  const pending = deliveries.filter(({ status }) => status === 'pending')
  if (pending.length === 0) return false
  return pending.some(({ next_attempt }) => (next_attempt ?? now) <= now + soonSeconds) ? 2_000 : 10_000
}
