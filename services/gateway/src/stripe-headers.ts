import type { IncomingMessage, ServerResponse } from 'node:http'
import { apiVersion, surfaceOf, type MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { redactText } from '@micro/service'
import { shownCredential } from './access/credential.ts'

/** A date, a release since 2024, and the betas that older clients ask for. */
const versionForm = /^20\d\d-\d\d-\d\d(\.[a-z]{1,30})?(; ?[\w=.; -]{1,200})?$/

const shownOf = (text: string): string => redactText(text.slice(0, 60))

/**
 * On `/v1` says which version is spoken: the one the client asked for, since all are answered alike, or else Micro's own.
 * @throws Fault api_version_invalid
 */
export const echoVersion = (request: IncomingMessage, response: ServerResponse, path: string): void => {
  if (surfaceOf(path) !== 'stripe') return
  const asked = request.headers['stripe-version']
  const given = typeof asked === 'string' && asked !== '' ? asked : apiVersion
  const valid = versionForm.test(given)
  response.setHeader('stripe-version', valid ? given : apiVersion)
  if (!valid) throw new Fault('api_version_invalid', { version: shownOf(given) })
}

/**
 * Stripe's platforms name a connected account by a header. There are none here: a client that believes it acts for one
 * must not act for the key's own merchant instead.
 * @throws Fault account_invalid
 */
export const checkAccount = (
  request: IncomingMessage,
  response: ServerResponse,
  { principal, credential }: { principal: MerchantPrincipal; credential: string },
): void => {
  for (const [header, name] of [
    ['stripe-account', 'Stripe-Account'],
    ['stripe-context', 'Stripe-Context'],
  ] as const) {
    const named = request.headers[header]
    if (named === undefined || named === '') continue
    if (named !== principal.merchant)
      throw new Fault('account_invalid', {
        key: shownCredential(principal, credential),
        named: shownOf(String(named)),
        header: name,
      })
    response.setHeader(header, named)
  }
}
