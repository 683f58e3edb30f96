import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '@micro/client'
import { Exact, gatewayApi, type authApi, type Body } from '@micro/contracts'
import { compileValidator } from '@micro/service'
import {
  checkNotForeign,
  checkOwnOrigin,
  clearedCookie,
  readSessionCookie,
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
}

/** What the browser's cookie holds, if any. Nobody is to be signed in or out by a foreign page. */
const heldBy = ({ request, door }: BrowserVisit): string | undefined => {
  checkNotForeign(request, door)
  const held = readSessionCookie(request, door)
  if (held !== undefined) checkOwnOrigin(request, door)
  return held
}

/**
 * Answers signing in and out of a browser, within the limits on logging in. The gateway does it by itself, since it
 * alone knows by which way the browser came, and the secret is for no body and no page to read.
 */
export const createBrowserSessionHandlers = (sessions: BrowserSessions) => ({
  /** The cookie it hands out is always a new one, whatever the browser sent: nobody can give a victim one they know. */
  async signIn(visit: BrowserVisit): Promise<void> {
    const { request, response, requestId, clientIp: client_ip, door } = visit
    const held = heldBy(visit)
    const body = await readBody(request, bodyBytesMax)
    checkBody(body, false)
    const { email, password } = body as Body<typeof gatewayApi.signIn>
    const opened = await sessions.openBrowserSession({ body: { email, password, client_ip }, requestId })
    // Once the browser has the new cookie, nobody there could end what the one before holds.
    if (held !== undefined) await sessions.endBrowserSession({ body: { token: held, client_ip }, requestId })
    response.setHeader('set-cookie', sessionCookie(door, { token: opened.token, maxAgeSeconds: opened.max_age }))
    sendJson(response, 200, opened.session)
  },

  async signOut(visit: BrowserVisit): Promise<void> {
    const { request, response, requestId, clientIp: client_ip, door } = visit
    const held = heldBy(visit)
    checkNoBody(await readBody(request, bodyBytesMax), false)
    const { ended } =
      held === undefined
        ? { ended: false }
        : await sessions.endBrowserSession({ body: { token: held, client_ip }, requestId })
    response.setHeader('set-cookie', clearedCookie(door))
    sendJson(response, 200, { object: 'browser_session', ended })
  },
})
