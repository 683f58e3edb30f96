// Writes docs/asyncapi.json, what goes over the event stream in either of its forms, from the contracts the gateway
// checks frames with; with --check only says whether it is up to date.
import { readFile } from 'node:fs/promises'
import {
  clientFrames,
  closeCodes,
  Event,
  EventStreamHeaders,
  gatewayApi,
  serverFrames,
  streamAccess,
  unacknowledgedMax,
} from '@micro/contracts'
import { errorBody, Fault } from '@micro/kernel'
import type { Static, TSchema } from 'typebox'
import { written } from './written.ts'

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const { streamEvents } = gatewayApi

const ref = (...names: string[]): { $ref: string } => ({ $ref: `#/${names.join('/')}` })

/** What the client should do next, by the code it is closed with. */
const closings: Readonly<Record<keyof typeof closeCodes, string>> = {
  restarting: 'The server ends. Connect again and resume.',
  protocol: 'The client sent what this protocol has not, or nothing in time.',
  unauthenticated: 'The API key was revoked or has expired.',
  unknownCursor: 'There is no going on behind that event. The error before it says why.',
  slow: 'The client takes too little.',
}
const closingsTold = Object.entries(closings).map(([name, text]) => ({
  code: closeCodes[name as keyof typeof closeCodes],
  text,
}))

/** An event as one was answered: what the API reference shows, too. */
const { retrieveEvent } = JSON.parse(await readFile(new URL('../docs/examples.json', import.meta.url), 'utf8')) as {
  retrieveEvent: { answer: Static<typeof Event> }
}
const event = retrieveEvent.answer

/** What goes over the stream when somebody comes back behind event 41. */
const frameExamples = {
  hello: { type: 'hello', session: 'ses_0Vc7z1JCQAdT', merchant: 'acct_0Vc7z0sQy6zK', mode: 'test', head_seq: 42 },
  resume: { type: 'resume', after: 41 },
  ready: { type: 'ready', after: 41 },
  event: { type: 'event', seq: 42, event },
  ack: { type: 'ack', seq: 42 },
  skip: { type: 'skip', seq: 45 },
  error: {
    type: 'error',
    code: 'event_no_longer_kept',
    message: 'The stream cannot go on from this cursor. Events before number 17 are no longer kept.',
    first_seq: 17,
  },
} satisfies { [Name in keyof typeof serverFrames]: Static<(typeof serverFrames)[Name]> } & {
  [Name in keyof typeof clientFrames]: Static<(typeof clientFrames)[Name]>
}

/** A frame's payload, with the event by its name. */
const schemaOf = (frame: TSchema): object => {
  const { properties, ...rest } = JSON.parse(JSON.stringify(frame)) as { properties: Record<string, unknown> }
  return {
    ...rest,
    properties:
      'event' in properties && !('after' in properties)
        ? { ...properties, event: ref('components', 'schemas', 'Event') }
        : properties,
  }
}

const frames = Object.entries({ ...serverFrames, ...clientFrames } as Record<
  string,
  TSchema & { description?: string }
>)

const messages = {
  ...Object.fromEntries(
    frames.map(([name, frame]) => [
      name,
      {
        name,
        title: name,
        summary: frame.description,
        contentType: 'application/json',
        payload: ref('components', 'schemas', name),
        examples: [{ payload: frameExamples[name as keyof typeof frameExamples] }],
      },
    ]),
  ),
  serverSentEvent: {
    name: 'serverSentEvent',
    title: 'message',
    summary: 'One event, as the data of one server-sent event. Its id goes into since or Last-Event-ID.',
    contentType: 'application/json',
    payload: ref('components', 'schemas', 'Event'),
    examples: [{ payload: event }],
  },
  serverSentError: {
    name: 'serverSentError',
    title: 'error',
    summary: 'Why the stream ends, which it does next: the data of a server-sent event named error.',
    contentType: 'application/json',
    payload: ref('components', 'schemas', 'Error'),
    examples: [{ payload: errorBody(new Fault('api_key_invalid', { key: 'sk_test_…' })) }],
  },
}

const channels = {
  webSocket: {
    address: '/ws',
    title: 'Events over a WebSocket',
    description: `Every event of the key's merchant and mode that the key may see, in the order of seq, without repeats; a skip stands for the others. The server says hello, the client resumes, events follow; at most ${unacknowledgedMax} of them go unacknowledged. All is judged before the upgrade, and refused as plain HTTP.`,
    'x-close-codes': closingsTold,
    servers: [ref('servers', 'webSocket')],
    messages: Object.fromEntries(frames.map(([name]) => [name, ref('components', 'messages', name)])),
    bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
  },
  serverSentEvents: {
    address: streamEvents.path,
    title: 'The same events as server-sent events',
    description: `${streamEvents.summary} Comments come at least every 20 s.`,
    servers: [ref('servers', 'http')],
    messages: {
      serverSentEvent: ref('components', 'messages', 'serverSentEvent'),
      serverSentError: ref('components', 'messages', 'serverSentError'),
    },
  },
}

const on = (channel: keyof typeof channels, names: readonly string[]): object => ({
  channel: ref('channels', channel),
  messages: names.map((name) => ref('channels', channel, 'messages', name)),
})

const document = {
  asyncapi: '3.0.0',
  info: {
    title: 'Micro: events as they happen',
    version,
    license: { name: 'MIT' },
    description: `Micro's gateway sends what happened in payments to whoever holds an API key with ${streamAccess.scope}.`,
  },
  defaultContentType: 'application/json',
  servers: {
    webSocket: { host: '127.0.0.1:8080', protocol: 'ws', security: [ref('components', 'securitySchemes', 'apiKey')] },
    http: { host: '127.0.0.1:8080', protocol: 'http', security: [ref('components', 'securitySchemes', 'apiKey')] },
  },
  channels,
  operations: {
    sendFrames: { action: 'send', summary: 'What the server sends.', ...on('webSocket', Object.keys(serverFrames)) },
    receiveFrames: {
      action: 'receive',
      summary: 'What the server takes.',
      ...on('webSocket', Object.keys(clientFrames)),
    },
    streamEvents: {
      action: 'send',
      summary: 'What the server sends.',
      ...on('serverSentEvents', ['serverSentEvent', 'serverSentError']),
      bindings: { http: { method: streamEvents.method, query: streamEvents.query, bindingVersion: '0.3.0' } },
    },
  },
  components: {
    messages,
    schemas: {
      ...Object.fromEntries(frames.map(([name, frame]) => [name, schemaOf(frame)])),
      Event,
      Error: {
        type: 'object',
        required: ['error'],
        properties: {
          error: {
            type: 'object',
            required: ['type', 'message'],
            properties: { type: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
      RequestHeaders: EventStreamHeaders,
    },
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        description: `A secret API key (sk_test_..., sk_live_...), or a restricted one (rk_...) with the scope ${streamAccess.scope}.`,
      },
    },
  },
}

await written('docs/asyncapi.json', `${JSON.stringify(document, undefined, 2)}\n`)
