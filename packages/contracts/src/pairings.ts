import Type from 'typebox'
import { Exact, IdParam, Text } from './common.ts'
import { Tokens } from './people.ts'
import { route } from './route.ts'

/** What a device is let in for: a key of test mode, or a login session of whoever lets it in. */
export const PairingGives = Type.Union([Type.Literal('key'), Type.Literal('session')])

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
