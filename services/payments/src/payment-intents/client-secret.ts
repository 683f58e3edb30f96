import { createHash, timingSafeEqual } from 'node:crypto'
import type { MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Intent } from './payment-intent.ts'
import { intentMissing } from './payment-intent.ids.ts'

/** Who asks for an intent, and the client secret they know it by, if any. */
export interface SecretHolder {
  readonly principal: MerchantPrincipal
  readonly clientSecret: string | undefined
}

/**
 * What a browser may say when it confirms; whatever is added to the operation is the server's alone until it stands
 * here, too.
 */
const browserParameters: ReadonlySet<string> = new Set([
  'client_secret',
  'mandate_data',
  'payment_method',
  'payment_method_data',
  'payment_method_id',
  'receipt_email',
  'return_url',
  'setup_future_usage',
  'shipping',
  'use_stripe_sdk',
])

/** Only a browser has to prove that it was given the intent. @throws Fault parameter_missing, parameter_unknown */
export const checkBrowserCall = ({ principal, clientSecret }: SecretHolder, body: object = {}): void => {
  if (principal.kind !== 'publishable_key') return
  if (clientSecret === undefined) throw new Fault('parameter_missing', { param: 'client_secret' })
  const param = Object.keys(body).find((name) => !browserParameters.has(name))
  if (param !== undefined) throw new Fault('parameter_unknown', { param })
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether the secret, where one is given, is this one's. It takes as long for one that is nearly right. */
export const isSecretOf = ({ client_secret }: { readonly client_secret: string }, given: string | undefined): boolean =>
  given === undefined || timingSafeEqual(digest(given), digest(client_secret))

/** The intent, for whoever may know of it: a wrong secret answers exactly like an unknown id. @throws Fault resource_missing */
export const knownIntent = (intent: Intent | undefined, id: string, { clientSecret }: SecretHolder): Intent => {
  if (intent === undefined || !isSecretOf(intent, clientSecret)) throw intentMissing(id)
  return intent
}
