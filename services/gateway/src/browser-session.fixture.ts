import { createHash } from 'node:crypto'
import type { MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { BrowserSessions } from './browser-session.http.ts'
import type { Answer, World } from './gateway.fixture.ts'

export const browserPassword = 'securepassword'

/** Login sessions in memory, for tests of the gateway; whoever knows the password is in, as whom `holders` then has. */
export const fakeBrowserSessions = (
  holders: Map<string, MerchantPrincipal>,
  inClear = new Set<string>(),
): BrowserSessions => {
  let opened = 0
  return {
    async openBrowserSession({ body: { email, password, in_clear, held } }) {
      if (password !== browserPassword) throw new Fault('login_invalid')
      if (held !== undefined) holders.delete(held)
      const name = email.split('@', 1)[0] ?? ''
      const [user, merchant] = [`usr_${name}`, `acct_${name}`]
      const token = `bs_${createHash('sha256').update(`${email} ${++opened}`).digest('hex')}`
      if (in_clear) inClear.add(token)
      const operator = name === 'operator'
      const principal = { kind: 'session', merchant, mode: 'test', user, session: `ses_${opened}` } as const
      holders.set(token, operator ? { ...principal, operator } : principal)
      const shown = { id: user, object: 'user', email, merchant, operator, created: 0 } as const
      return { token, max_age: 604_800, session: { object: 'browser_session', user: shown, merchant, expires: 43_200 } }
    },
    endBrowserSession: ({ body: { tokens } }) =>
      Promise.resolve({ ended: tokens.filter((token) => holders.delete(token)).length > 0 }),
  }
}

/** Of none: for gateways whose test signs in nobody. */
export const noBrowserSessions: BrowserSessions = fakeBrowserSessions(new Map())

/** The `Set-Cookie` of an answer. */
export const setCookie = ({ headers }: Answer): string => String(headers['set-cookie'])
/** What a browser sends back of it. */
export const cookieOf = (answer: Answer): string => setCookie(answer).split(';', 1)[0] ?? ''

/** Status and code of an answer. */
export const code = ({ status, json }: Answer) => [status, (json as { error?: { code?: string } }).error?.code]

/** The headers of a browser that has this cookie, in a mode that it names. */
export const inMode = (cookie: string, mode?: string) => ({
  cookie,
  ...(mode === undefined ? {} : { 'micro-mode': mode }),
})

/** What browsers do with a gateway, on a page of its own. */
export const browserAt = (world: World) => {
  const origin = `http://127.0.0.1:${world.port}`
  const signIn = (name = 'ada', headers: Record<string, string> = { origin }, password = browserPassword) =>
    world.call('POST', '/auth/browser/sign_in', {
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ email: `${name}@example.com`, password }),
    })
  return {
    origin,
    signIn,
    enter: async (name?: string): Promise<string> => cookieOf(await signIn(name)),
    /** Something that a secret key may. */
    pay: (headers: Record<string, string>) => world.call('POST', '/v1/payment_intents/pi_1/cancel', { headers }),
  }
}
