import Type, { type Static } from 'typebox'
import { Exact, IdParam, Nullable, Text, Timestamp } from './common.ts'
import { Tokens } from './people.ts'
import { route } from './route.ts'

/** What a device is let in for: a key of test mode, or a login session of whoever lets it in. */
export const PairingGives = Type.Union([Type.Literal('key'), Type.Literal('session')])

/** A device that asks to be let in, as whoever is asked sees it: without its words, which they are to have from their terminal. */
export const Pairing = Type.Object({
  id: Type.String(),
  object: Type.Literal('pairing'),
  gives: PairingGives,
  device_name: Type.String({ description: 'What it calls itself: anything that its owner, or a stranger, chose.' }),
  client_ip: Nullable(Type.String({ description: 'Where it asks from.' })),
  your_ip: Nullable(
    Type.String({ description: 'Where you ask from. Another one than its: somebody may have sent you here.' }),
  ),
  created: Timestamp,
  expires: Timestamp,
})
export type Pairing = Static<typeof Pairing>

const AnsweredPairing = Type.Object({
  id: Type.String(),
  object: Type.Literal('pairing'),
  answer: Type.Union([Type.Literal('let_in'), Type.Literal('refused')]),
})

/** A command line gets a key, or a session, by somebody who logs in with their browser. Whoever knows the page's name may see it. */
export const pairingsApi = {
  openPairing: route({
    method: 'POST',
    path: '/internal/pairings',
    service: 'auth',
    access: ['internal'],
    status: 200,
    summary: 'Begin to pair a device: a page for its owner, a token to ask with, and words to compare.',
    body: Exact({ device_name: Text(255), client_ip: Text(64), gives: Type.Optional(PairingGives) }),
    response: Type.Object({ id: Type.String(), token: Type.String(), verification_code: Type.String() }),
  }),
  showPairing: route({
    method: 'GET',
    path: '/stripecli/confirm/:id',
    service: 'auth',
    access: ['public'],
    status: 200,
    page: true,
    summary: 'The page on which somebody lets a command line in.',
    params: IdParam,
    response: Type.String(),
    faults: ['resource_missing'],
  }),
  confirmPairing: route({
    method: 'POST',
    path: '/stripecli/confirm/:id',
    service: 'auth',
    access: ['public'],
    status: 200,
    page: true,
    summary: 'Log in and let the device in, once.',
    params: IdParam,
    body: Exact({ email: Text(254), password: Text(1024) }),
    response: Type.String(),
    faults: ['resource_missing'],
  }),
  retrievePairing: route({
    method: 'GET',
    path: '/auth/pairings/:id',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'A device that asks to be let in, by somebody who is logged in: what it wants, and from where.',
    params: IdParam,
    response: Pairing,
    faults: ['resource_missing'],
  }),
  approvePairing: route({
    method: 'POST',
    path: '/auth/pairings/:id/approve',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary:
      'Let the device in, once, as whoever is logged in and has the words that it shows. One that wants a session is not let in by a request in clear.',
    params: IdParam,
    body: Exact({
      verification_code: Text(100, 1, {
        description: 'The words that the terminal shows, in any case, with hyphens or spaces between them.',
      }),
      merchant: Text(100, 1, {
        description: 'Whose the device is to be, as you were shown it. Refused where the session is another’s by now.',
      }),
    }),
    response: AnsweredPairing,
    faults: ['resource_missing', 'live_requires_tls', 'verification_code_wrong', 'signed_in_as_another'],
  }),
  refusePairing: route({
    method: 'POST',
    path: '/auth/pairings/:id/refuse',
    service: 'auth',
    access: ['session'],
    status: 200,
    summary: 'Let the device in no more: it is told at once, and whoever else has its page finds nothing there.',
    params: IdParam,
    body: Exact({}),
    response: AnsweredPairing,
    faults: ['resource_missing'],
  }),
  redeemPairing: route({
    method: 'GET',
    path: '/stripecli/auth/:id',
    service: 'auth',
    access: ['public'],
    status: 200,
    summary:
      "Ask whether the device was let in, and get its key, once. `id` is the token it was given: Stripe's command line asks in no other way.",
    params: IdParam,
    response: Type.Object({
      redeemed: Type.Boolean(),
      account_id: Type.Optional(Type.String()),
      account_display_name: Type.Optional(Type.String()),
      testmode_key_secret: Type.Optional(Type.String()),
      testmode_key_publishable: Type.Optional(Type.String()),
      livemode_key_secret: Type.Optional(Type.String()),
      livemode_key_publishable: Type.Optional(Type.String()),
      user_id: Type.Optional(Type.String()),
    }),
    faults: ['resource_missing', 'api_keys_too_many'],
  }),
  redeemSessionPairing: route({
    method: 'POST',
    path: '/auth/pairings/redeem',
    service: 'auth',
    access: ['public'],
    status: 200,
    summary: 'Ask whether a device that wants a session was let in, and get it, once. Its token is in no address.',
    body: Exact({ token: Text(100, 1, { description: 'What the device was given when it began.' }) }),
    response: Type.Object({ redeemed: Type.Boolean(), session: Type.Optional(Tokens) }),
    faults: ['resource_missing'],
  }),
} as const
