import Type from 'typebox'
import { Exact, Text, Timestamp } from './common.ts'
import { User } from './people.ts'
import { route } from './route.ts'

/** Who signed in, and until when that holds; the secret of it goes into a cookie and never into a body. */
export const BrowserSession = Type.Object({
  object: Type.Literal('browser_session'),
  user: User,
  merchant: Type.String(),
  expires: {
    ...Timestamp,
    description: 'When it ends unless it is used until then; using it puts this off, up to a week.',
  },
})

const credentials = { email: Text(254, 1), password: Text(1024, 1) }

/** What a browser's cookie looks like; anything else is none, and never looked up. */
export const browserTokenForm = /^bs_[0-9a-f]{64}$/
const BrowserToken = Type.String({ pattern: browserTokenForm.source })
/** Of so many cookies of the name signing out ends what they hold. */
export const browserTokensMax = 5

/** For the pages of the gateway itself: it alone sets the cookie, and only it sees what is in it. */
export const browserSessionsApi = {
  signIn: route({
    method: 'POST',
    path: '/auth/browser/sign_in',
    service: 'gateway',
    access: ['public'],
    status: 200,
    summary: "Log in with email and password, as a page of the gateway's own: the login session is in a cookie.",
    body: Exact(credentials),
    response: BrowserSession,
    faults: ['login_invalid', 'login_throttled', 'user_disabled', 'cookie_origin_refused', 'cookie_twice'],
  }),
  signOut: route({
    method: 'POST',
    path: '/auth/browser/sign_out',
    service: 'gateway',
    access: ['public'],
    status: 200,
    summary: 'End the login session that the cookie holds, and clear the cookie. Of several of its name it ends all.',
    response: Type.Object({ object: Type.Literal('browser_session'), ended: Type.Boolean() }),
    faults: ['cookie_origin_refused'],
  }),
} as const

/** Behind them. The address is the browser's: calls between services carry none. */
export const browserSessionWork = {
  openBrowserSession: route({
    method: 'POST',
    path: '/internal/browser_sessions',
    service: 'auth',
    access: ['internal'],
    status: 200,
    summary:
      'Check an email and a password, and open a login session for the cookie of a browser, in place of what it held.',
    body: Exact({
      ...credentials,
      client_ip: Text(64),
      held: Type.Optional({ ...BrowserToken, description: 'What the cookie holds that the new one replaces.' }),
      in_clear: Type.Boolean({ description: 'Others could listen, and so may have the secret, too.' }),
    }),
    response: Type.Object({
      token: Type.String(),
      /** For how long the browser may keep it. */
      max_age: Type.Integer(),
      session: BrowserSession,
    }),
  }),
  endBrowserSession: route({
    method: 'POST',
    path: '/internal/browser_sessions/end',
    service: 'auth',
    access: ['internal'],
    status: 200,
    summary: 'End the login sessions of some cookies; true if one had not ended before.',
    body: Exact({ tokens: Type.Array(BrowserToken, { minItems: 1, maxItems: browserTokensMax }), client_ip: Text(64) }),
    response: Type.Object({ ended: Type.Boolean() }),
  }),
} as const
