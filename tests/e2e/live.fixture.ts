import { eventually } from '@micro/testing'
import { signatureHeader } from '@micro/signing'
import Stripe from 'stripe'
import { startLossyProxy, type LossyProxy } from '../acceptance/lossy-proxy.fixture.ts'
import { newMerchant, type Merchant } from './api.ts'
import { micro, type Micro } from './harness.ts'

/** A Micro whose merchant is paid in live mode, and another that is its processor. */
export interface LivePair extends AsyncDisposable {
  readonly mine: Micro
  readonly theirs: Micro
  readonly proxy: LossyProxy
  readonly merchant: Merchant
  /** The account at the processor. */
  readonly account: Merchant
  readonly stripe: Stripe
  readonly there: Stripe
  readonly processor: string
  readonly secret: string
  /** A payment by a card that the processor keeps. */
  pay(token?: string, more?: Partial<Stripe.PaymentIntentCreateParams>): Promise<Stripe.PaymentIntent>
  /** What is there of a charge made here. */
  paidThere(charge: string | { id: string } | null): Promise<Stripe.PaymentIntent>
  /** The newest event there of a type about an object, once there is one. */
  eventThere(type: string, object: string): Promise<Stripe.Event>
  /** Sends what a processor would, signed like it; anything of that can be another. */
  tell(event: object, how?: { secret?: string; processor?: string; at?: number; payload?: string }): Promise<Response>
  /** As `tell`, of an event there; it must be taken. */
  pass(type: string, object: string): Promise<void>
}

const clientOf = (url: string, key: string): Stripe => {
  const { hostname, port } = new URL(url)
  return new Stripe(key, { host: hostname, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 })
}

/** The id of what an API shows as its id or whole. */
export const idOf = (shown: string | { id: string } | null | undefined): string =>
  typeof shown === 'string' ? shown : (shown?.id ?? '')

export const secondsNow = (): number => Math.floor(Date.now() / 1_000)

export const startLivePair = async (env: Record<string, string> = {}): Promise<LivePair> => {
  const theirs = await micro({
    env: { MICRO_FEE_BASIS_POINTS: '150', MICRO_FEE_FIXED: '25', MICRO_DISPUTE_FEE: '1500' },
  })
  const proxy = await startLossyProxy(() => theirs.url)
  const mine = await micro({ env: { MICRO_PROCESSOR_URLS: proxy.url, ...env } })
  const merchant = await newMerchant(mine.url)
  const account = await newMerchant(theirs.url)
  const [stripe, there] = [clientOf(mine.url, merchant.liveKey), clientOf(theirs.url, account.key)]
  const configured = await merchant.live('POST', '/payments/processors', {
    body: { kind: 'stripe', url: proxy.url, secret_key: account.key, currencies: ['usd', 'eur'] },
  })
  const processor = configured.body.id
  const secret = 'whsec_of_the_processor'
  await merchant.live('POST', `/payments/processors/${processor}/webhook_secret`, { body: { webhook_secret: secret } })

  const eventThere: LivePair['eventThere'] = (type, object) =>
    eventually(async () => {
      const { data } = await there.events.list({ type, limit: 100 })
      const found = data.find((event) => (event.data.object as { id?: string }).id === object)
      if (found === undefined) throw new Error(`no ${type} of ${object} yet`)
      return found
    })

  const tell: LivePair['tell'] = (event, how = {}) => {
    const payload = how.payload ?? JSON.stringify(event, undefined, 2)
    const signed = { secrets: [how.secret ?? secret], payload: JSON.stringify(event, undefined, 2) }
    return fetch(`${mine.url}/payments/processors/${how.processor ?? processor}/webhook`, {
      method: 'POST',
      body: payload,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'stripe-signature': signatureHeader({ ...signed, timestamp: how.at ?? secondsNow() }),
      },
    })
  }

  return {
    mine,
    theirs,
    proxy,
    merchant,
    account,
    stripe,
    there,
    processor,
    secret,
    async pay(token = 'tok_visa', more = {}) {
      const method = await there.paymentMethods.create({ type: 'card', card: { token } })
      return stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        payment_method: method.id,
        confirm: true,
        ...more,
      })
    },
    async paidThere(charge) {
      for await (const intent of there.paymentIntents.list({ limit: 100 }))
        if (intent.metadata['micro_charge'] === idOf(charge)) return intent
      throw new Error(`nothing there of ${idOf(charge)}`)
    },
    eventThere,
    tell,
    async pass(type, object) {
      const response = await tell(await eventThere(type, object))
      if (response.status !== 200) throw new Error(`${type} was not taken: ${await response.text()}`)
    },
    async [Symbol.asyncDispose]() {
      await mine.stop()
      await theirs.stop()
      await proxy.stop()
    },
  }
}
