import Type, { type Static } from 'typebox'
import { Exact, Mode, Nullable, Text } from './common.ts'
import { Event } from './event.ts'
import { PairingGives } from './pairings.ts'
import { route } from './route.ts'

/** What a session of Stripe's command line can be for. */
export const CliFeature = Type.Union([
  Type.Literal('webhooks'),
  Type.Literal('v2_events'),
  Type.Literal('request_logs'),
])
export type CliFeature = Static<typeof CliFeature>

/** What its `listen` and `logs tail` ask of `POST /v1/stripecli/sessions`. Later versions may send more: that is left alone. */
export const CliSessionParams = Type.Object({
  device_name: Type.Optional(Text(255)),
  websocket_features: Type.Optional(Type.Array(CliFeature, { minItems: 1, maxItems: 3, uniqueItems: true })),
  filters: Type.Optional(Text(10_000)),
})
export type CliSessionParams = Static<typeof CliSessionParams>

/** What its `login` asks of `POST /stripecli/auth`; `gives` is said by Micro's command line, which wants a session. */
export const CliPairingParams = Type.Object({
  device_name: Type.Optional(Text(255)),
  gives: Type.Optional(PairingGives),
})
export type CliPairingParams = Static<typeof CliPairingParams>

/** The subprotocol its WebSocket speaks. */
export const cliProtocol = 'stripecli-devproxy-v1'

/** SHA-256 of a WebSocket's id, in hex: who reads the database cannot connect with it. */
const WebSocketHash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Seq = Type.Integer({ minimum: 0 })

/** The sessions of Stripe's command line: the gateway speaks its protocol, the events service remembers how far each is. */
export const stripeCliApi = {
  openCliSession: route({
    method: 'POST',
    path: '/internal/stripecli/sessions',
    service: 'events',
    access: ['internal'],
    status: 200,
    summary: "Open a session of Stripe's command line, from the newest event on.",
    body: Exact({
      websocket_hash: WebSocketHash,
      merchant: Type.String(),
      mode: Mode,
      key_id: Type.String(),
      device_name: Text(255),
      features: Type.Array(CliFeature),
      filters: Text(10_000),
      sealed_credential: Type.String({ maxLength: 10_000 }),
    }),
    response: Type.Object({ after_seq: Seq }),
    faults: ['stream_limit'],
  }),
  resumeCliSession: route({
    method: 'POST',
    path: '/internal/stripecli/sessions/resume',
    service: 'events',
    access: ['internal'],
    status: 200,
    summary: 'The session of a WebSocket that connects, with how far it is; null when there is none.',
    body: Exact({ websocket_hash: WebSocketHash }),
    response: Type.Object({
      session: Nullable(
        Type.Object({
          merchant: Type.String(),
          mode: Mode,
          features: Type.Array(CliFeature),
          filters: Type.String(),
          sealed_credential: Type.String(),
          after_seq: Seq,
        }),
      ),
    }),
  }),
  saveCliSession: route({
    method: 'POST',
    path: '/internal/stripecli/sessions/save',
    service: 'events',
    access: ['internal'],
    status: 200,
    summary: 'Remember what a session has acknowledged, and whether it is connected.',
    body: Exact({
      websocket_hash: WebSocketHash,
      merchant: Type.String(),
      mode: Mode,
      after_seq: Seq,
      resent: Type.Array(Type.String(), { maxItems: 1000 }),
      connected: Type.Boolean(),
    }),
    response: Type.Object({ saved: Type.Boolean() }),
  }),
  readCliResends: route({
    method: 'POST',
    path: '/internal/stripecli/sessions/resends',
    service: 'events',
    access: ['internal'],
    status: 200,
    summary: 'Events that a session is to get once more, and has not acknowledged.',
    body: Exact({ websocket_hash: WebSocketHash, merchant: Type.String(), mode: Mode }),
    response: Type.Object({ events: Type.Array(Event) }),
  }),
} as const
