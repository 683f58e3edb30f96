import { createHash } from 'node:crypto'
import type { MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { BrowserSessions } from './browser-session.http.ts'

export const browserPassword = 'securepassword'

/** Login sessions in memory, for tests of the gateway; whoever knows the password is in, as whom `holders` then has. */
export const fakeBrowserSessions = (holders: Map<string, MerchantPrincipal>): BrowserSessions => {
  let opened = 0
  return {
    async openBrowserSession({ body: { email, password } }) {
      if (password !== browserPassword) throw new Fault('login_invalid')
      const name = email.split('@', 1)[0] ?? ''
      const [user, merchant] = [`usr_${name}`, `acct_${name}`]
      const token = `bs_${createHash('sha256').update(`${email} ${++opened}`).digest('hex')}`
      const operator = name === 'operator'
      const principal = { kind: 'session', merchant, mode: 'test', user, session: `ses_${opened}` } as const
      holders.set(token, operator ? { ...principal, operator } : principal)
      const shown = { id: user, object: 'user', email, merchant, operator, created: 0 } as const
      return { token, max_age: 604_800, session: { object: 'browser_session', user: shown, merchant, expires: 43_200 } }
    },
    endBrowserSession: ({ body }) => Promise.resolve({ ended: holders.delete(body.token) }),
  }
}

/** Of none: for gateways whose test signs in nobody. */
export const noBrowserSessions: BrowserSessions = fakeBrowserSessions(new Map())
