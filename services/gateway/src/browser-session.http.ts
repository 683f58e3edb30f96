import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '@micro/client'
import { browserTokensMax, Exact, gatewayApi, type authApi, type Body } from '@micro/contracts'
import { compileValidator } from '@micro/service'
import {
  checkNotForeign,
  checkOwnOrigin,
  clearedCookie,
  readSessionCookie,
  readSessionCookies,
  sessionCookie,
  type CookieDoor,
} from './access/browser-cookie.ts'
import { sendJson } from './answer.ts'
import { readBody } from './read-body.ts'

/** As from all whom nobody knows yet. */
const bodyBytesMax = 32 * 1024

const checkBody = compileValidator(gatewayApi.signIn.body)
const checkNoBody = compileValidator(Exact({}))

/** Where the login sessions are whose cookies browsers hold. */
export type BrowserSessions = Pick<Client<typeof authApi>, 'openBrowserSession' | 'endBrowserSession'>

export interface BrowserVisit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly clientIp: string
  readonly door: CookieDoor
  /** Others could listen on the way. */
  readonly inClear: boolean
}

/** Nobody is to be signed in or out by a foreign page. @throws Fault cookie_origin_refused */
const checkOwnPage = ({ request, door }: BrowserVisit): void => {
  checkNotForeign(request, door)
  if (readSessionCookies(request, door).length > 0) checkOwnOrigin(request, door)
}

/**
 * Answers signing in and out of a browser, within the limits on logging in. The gateway does it by itself, since it
 * alone knows by which way the browser came, and the secret is for no body and no page to read.
 */
export const createBrowserSessionHandlers = (sessions: BrowserSessions) => ({
  /** The cookie it hands out is always a new one, whatever the browser sent: nobody can give a victim one they know. */
  async signIn(visit: BrowserVisit): Promise<void> {
    const { request, response, requestId, clientIp: client_ip, door, inClear: in_clear } = visit
    checkOwnPage(visit)
    const held = readSessionCookie(request, door)
    const body = await readBody(request, bodyBytesMax)
    checkBody(body, false)
    const { email, password } = body as Body<typeof gatewayApi.signIn>
    const opened = await sessions.openBrowserSession({
      body: { email, password, client_ip, in_clear, ...(held === undefined ? {} : { held }) },
      requestId,
    })
    response.setHeader('set-cookie', sessionCookie(door, { token: opened.token, maxAgeSeconds: opened.max_age }))
    sendJson(response, 200, opened.session)
  },

  /** Ends what the browser holds under the name, whoever set it: of two cookies nobody can tell which one is ours. */
  async signOut(visit: BrowserVisit): Promise<void> {
    const { request, response, requestId, clientIp: client_ip, door } = visit
    checkOwnPage(visit)
    const tokens = [...new Set(readSessionCookies(request, door))].slice(0, browserTokensMax)
    checkNoBody(await readBody(request, bodyBytesMax), false)
    const { ended } =
      tokens.length === 0
        ? { ended: false }
        : await sessions.endBrowserSession({ body: { tokens, client_ip }, requestId })
    response.setHeader('set-cookie', clearedCookie(door))
    sendJson(response, 200, { object: 'browser_session', ended })
  },
})
