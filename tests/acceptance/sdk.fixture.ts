import Stripe from 'stripe'
import { newMerchant, type Merchant } from '../e2e/api.ts'
import { openPlatform } from '../e2e/platform.ts'

/** Somebody who integrated Stripe, and changed nothing but the host. */
export interface Integrator extends Merchant {
  /** With the test key. */
  readonly stripe: Stripe
  /** With the live key of the same merchant. */
  readonly liveStripe: Stripe
}

export interface Acceptance {
  readonly url: string
  readonly mine: Integrator
  readonly theirs: Integrator
  /** The official SDK with another key or other settings. */
  client(key: string, config?: Stripe.StripeConfig): Stripe
  stop(): Promise<void>
}

/** A running Micro with two merchants who use the official `stripe` package, unmodified. */
export const openAcceptance = async (): Promise<Acceptance> => {
  const { url, stop } = await openPlatform()
  const { hostname, port } = new URL(url)
  const client: Acceptance['client'] = (key, config = {}) =>
    new Stripe(key, { host: hostname, port, protocol: 'http', telemetry: false, ...config })
  const integrator = async (): Promise<Integrator> => {
    const merchant = await newMerchant(url)
    return { ...merchant, stripe: client(merchant.key), liveStripe: client(merchant.liveKey) }
  }
  return { url, mine: await integrator(), theirs: await integrator(), client, stop }
}

/** The error that the SDK throws. Fails when there is none. */
export const errorOf = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  const answer = await call.catch((error: unknown) => error)
  if (answer instanceof Stripe.errors.StripeError) return answer
  throw new Error(`no error of Stripe's, but ${JSON.stringify(answer)}`)
}
