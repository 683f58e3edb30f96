import type { WebhookAttempt, WebhookEndpoint } from '@micro/contracts'
import { text, time } from '../resource/fields.ts'
import type { Field, Resource, Thing } from '../resource/resource.ts'
import { printable } from '../shell/terminal.ts'

const typesOf = (thing: Thing): string => printable((thing as unknown as WebhookEndpoint).enabled_events.join(' '))

const statusOf = (thing: Thing): string => {
  const { status, disabled_reason: reason } = thing as unknown as WebhookEndpoint
  return reason === null || reason === undefined || reason === 'requested' ? status : `${status} (${reason})`
}

export const endpointFields: readonly Field[] = [
  text('id', { heading: 'ENDPOINT' }),
  text('url', { heading: 'URL', cut: 24 }),
  { heading: 'STATUS', of: statusOf },
  { heading: 'EVENTS', cut: true, spare: 2, of: typesOf },
  text('description', { heading: 'DESCRIPTION', cut: true, spare: 1 }),
  text('secret', { heading: 'SECRET' }),
  time('failing_since', { heading: 'FAILING SINCE', spare: 4 }),
  time('created', { heading: 'CREATED', spare: 3 }),
]

export const deliveries: Pick<Resource, 'noun' | 'fields'> = {
  noun: 'delivery',
  fields: [
    text('id', { heading: 'DELIVERY' }),
    text('event_type', { heading: 'TYPE' }),
    text('event', { heading: 'EVENT', spare: 2 }),
    text('webhook_endpoint', { heading: 'ENDPOINT', spare: 1 }),
    text('status', { heading: 'STATUS' }),
    text('attempts', { heading: 'TRIES', right: true }),
    text('last_status', { heading: 'HTTP', right: true }),
    text('last_error', { heading: 'ERROR', cut: true, spare: 4 }),
    time('next_attempt', { heading: 'NEXT', spare: 3 }),
    time('created', { heading: 'CREATED', spare: 5 }),
  ],
}

const resultOf = (thing: Thing): WebhookAttempt['result'] => (thing as unknown as WebhookAttempt).result

export const attempts: Pick<Resource, 'noun' | 'fields'> = {
  noun: 'delivery',
  fields: [
    text('number', { heading: 'TRY', right: true }),
    { heading: 'HTTP', right: true, of: (thing) => String(resultOf(thing).status ?? '') },
    { heading: 'MS', right: true, of: (thing) => String(resultOf(thing).duration_ms) },
    { heading: 'ERROR', cut: true, of: (thing) => printable(resultOf(thing).error ?? '') },
    { heading: 'ANSWER', cut: true, spare: 1, of: (thing) => printable(resultOf(thing).response?.body ?? '') },
    time('created', { heading: 'AT' }),
  ],
}
