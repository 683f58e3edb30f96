import { eventsApi, webhookDeliveriesApi, type Event } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import type { Context, Shell } from '../shell/shell.ts'
import { drawOne } from '../resource/draw.ts'
import { text, time } from '../resource/fields.ts'
import { addResource, type Field, type Resource, type Thing } from '../resource/resource.ts'
import { printable } from '../shell/terminal.ts'
import { addReplay } from './replay.ts'

const id = 'evt_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const objectId = (event: Thing): string => {
  const { id: about } = (event as unknown as Event).data.object
  return typeof about === 'string' ? printable(about) : ''
}

const fields: readonly Field[] = [
  text('id', { heading: 'EVENT' }),
  text('type', { heading: 'TYPE' }),
  { heading: 'OBJECT', spare: 2, of: objectId },
  text('pending_webhooks', { heading: 'PENDING', right: true, spare: 1 }),
  time('created', { heading: 'CREATED' }),
]

const drawEvent = (context: Context, event: Thing): void => {
  drawOne(context, event, fields)
  context.terminal.out('')
  context.terminal.out(JSON.stringify((event as unknown as Event).data, null, 2))
}

const events: Resource = {
  name: 'events',
  noun: 'event',
  group: 'Webhook commands:',
  summary: 'Look at events, and have them sent again',
  description: 'Look at events, and have them sent to webhook endpoints again: one, or all of a time that failed.',
  examples: ['micro events list --type "charge.*"', 'micro events replay --to we_1 --since 2h --failed'],
  fields,
  verbs: {
    list: {
      route: eventsApi.listEvents,
      summary: 'List events, newest first',
      examples: ['micro events list', 'micro events list --type payment_intent.succeeded --limit 100 --json'],
    },
    show: {
      route: eventsApi.retrieveEvent,
      summary: 'Show one event with its object',
      examples: [`micro events show ${id}`, `micro events show ${id} --json`],
      show: drawEvent,
    },
    resend: {
      route: webhookDeliveriesApi.retryEvent,
      summary: 'Send one event again',
      examples: [`micro events resend ${id}`, `micro events resend ${id} --webhook-endpoint we_1`],
    },
  },
}

export const addEvents = (program: MicroCommand, shell: Shell): void =>
  addReplay(addResource(program, shell, events), shell)
