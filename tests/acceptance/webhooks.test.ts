import { join } from 'node:path'
import { eventually } from '@micro/testing'
import type Stripe from 'stripe'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { microProgram, start, temporaryDirectory, type Running } from '../e2e/harness.ts'
import { ready, receiver } from '../e2e/listener.ts'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'

let sdk: Acceptance
let stripe: Stripe
let listener: Running
let server: Awaited<ReturnType<typeof receiver>>
let secret: string
beforeAll(async () => {
  sdk = await openAcceptance()
  const { email, password } = sdk.mine
  ;({ stripe } = sdk.mine)
  server = await receiver()
  const config = join(await temporaryDirectory(), 'config.yaml')
  const cli = (args: readonly string[], input = '') =>
    start(microProgram, [...args, '--config', config], { env: { MICRO_GATEWAY_URL: sdk.url }, input })
  await cli(['login', '--email', email, '--password-stdin'], password).ended
  listener = cli(['listen', '--forward-to', server.url])
  await ready(listener)
  secret = /whsec_\w+/.exec(listener.stdout())?.[0] ?? ''
}, 180_000)
afterAll(async () => {
  listener?.child.kill('SIGINT')
  await listener?.ended
  server?.close()
  await sdk?.stop()
})

const pay = () =>
  stripe.paymentIntents.create({
    amount: 1234,
    currency: 'usd',
    description: 'Hüte für zwei – 二つ 🎩',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })

/** What was relayed of an object, of one kind. */
const relayed = (type: string, id: string) =>
  eventually(() => {
    const found = server.received.find(({ event }) => event.type === type && event.data.object.id === id)
    if (found === undefined) throw new Error(`${type} of ${id} did not come`)
    return { body: found.body, signature: String(found.headers['stripe-signature']) }
  })

test('an event as it was relayed passes `constructEvent` of the official SDK, and says what the API says', async () => {
  const intent = await pay()
  const { body, signature } = await relayed('payment_intent.succeeded', intent.id)
  const event = stripe.webhooks.constructEvent(body, signature, secret)
  expect(event).toMatchObject({ object: 'event', type: 'payment_intent.succeeded', livemode: false })
  expect(event.data.object).toEqual({ ...intent, lastResponse: undefined, client_secret: expect.anything() as unknown })
  expect((await stripe.events.retrieve(event.id)).data.object).toEqual(event.data.object)
  expect(await stripe.webhooks.constructEventAsync(body, signature, secret)).toEqual(event)
})

test('and fails it when one byte is another, the secret is another, or five minutes have passed', async () => {
  const intent = await pay()
  const { body, signature } = await relayed('payment_intent.succeeded', intent.id)
  const sixMinutesLater = Date.now() + 6 * 60_000
  for (const [text, by, at] of [
    [body.replace('1234', '1235'), secret, undefined],
    [body, `${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`, undefined],
    [body, secret, sixMinutesLater],
  ] as const)
    expect(() => stripe.webhooks.constructEvent(text, signature, by, 300, undefined, at)).toThrow(
      expect.objectContaining({ type: 'StripeSignatureVerificationError' }) as Error,
    )
})
