import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import pg from 'pg'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant } from './api.ts'
import { removeTemporaryDirectories } from './harness.ts'
import { idOf, startLivePair, type LivePair } from './live.fixture.ts'

let pair: LivePair
beforeAll(async () => {
  pair = await startLivePair()
}, 120_000)
afterAll(async () => {
  await pair?.[Symbol.asyncDispose]()
  await removeTemporaryDirectories()
}, 60_000)

type Params = Stripe.Checkout.SessionCreateParams
const hat = {
  price_data: { currency: 'usd', unit_amount: 1999, product_data: { name: 'Hat' } },
  quantity: 2,
}
const pages = {
  success_url: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://shop.test/cart',
}
const create = (more: Partial<Params> = {}, options: Stripe.RequestOptions = {}) =>
  pair.stripe.checkout.sessions.create({ mode: 'payment', ...pages, line_items: [hat], ...more }, options)

/** Where a buyer who follows the address of a session comes to, and what is there. */
const pageThere = async ({ url }: Stripe.Checkout.Session): Promise<string> =>
  eventually(
    async () => {
      const answer = await fetch(url ?? '', { redirect: 'manual' })
      const location = answer.headers.get('location')
      if (answer.status !== 303 || location === null) throw new Error(`no page yet: ${answer.status}`)
      return location
    },
    { timeoutMs: 60_000, everyMs: 100 },
  )
const sessionThere = async (session: Stripe.Checkout.Session): Promise<Stripe.Checkout.Session> =>
  pair.there.checkout.sessions.retrieve((await pageThere(session)).split('/').at(-1) ?? '')

const submit = (page: string, card = '4242424242424242'): Promise<Response> =>
  fetch(page, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ email: 'ada@shop.test', card_number: card, expiry: '12/34', cvc: '314', name: 'Ada' }),
  })
const pay = async (session: Stripe.Checkout.Session): Promise<string | null> => {
  const answer = await submit(await pageThere(session))
  expect(answer.status).toBe(303)
  return answer.headers.get('location')
}

/** Looks at it, which asks its processor. */
const retrieve = (id: string) =>
  pair.stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge'] })
const reaches = (id: string, status: Stripe.Checkout.Session.Status) =>
  eventually(
    async () => {
      const session = await retrieve(id)
      expect(session.status).toBe(status)
      return session
    },
    { timeoutMs: 60_000 },
  )
/** The same without a look: somebody else learns it. */
const isTold = async (id: string, status: Stripe.Checkout.Session.Status) => {
  await eventually(
    async () => {
      const { data } = await pair.stripe.checkout.sessions.list({ limit: 100 })
      expect(data.find((session) => session.id === id)?.status).toBe(status)
    },
    { timeoutMs: 120_000, everyMs: 200 },
  )
  return retrieve(id)
}

/** What became of the events that one of the processors told, by their objects. */
const heardOf = async (processor: string): Promise<Record<string, string | null>> => {
  const password = await readFile(join(pair.mine.dataDir, 'postgres', 'secrets', 'superuser-password'), 'utf8')
  const url = new URL(pair.mine.instance.databases.payments.url)
  const { href } = Object.assign(url, { username: 'postgres', password: password.trim() })
  const client = new pg.Client({ connectionString: href })
  await client.connect()
  try {
    const { rows } = await client.query<{ object: string; outcome: string | null }>(
      'select object, outcome from payments.processor_events where processor = $1',
      [processor],
    )
    return Object.fromEntries(rows.map(({ object, outcome }) => [object, outcome]))
  } finally {
    await client.end()
  }
}

/** The types of what was told of a session and its payment, in their order. */
const toldOf = async (session: Stripe.Checkout.Session): Promise<string[]> => {
  const told: string[] = []
  for await (const event of pair.stripe.events.list({ limit: 100 })) {
    const object = event.data.object as { id?: string; payment_intent?: unknown }
    const ids = [object.id, object.payment_intent]
    if (ids.includes(session.id) || ids.includes(idOf(session.payment_intent as string | null) || 'none'))
      told.push(event.type)
  }
  return told.toReversed()
}
const paidEvents = [
  'payment_intent.created',
  'charge.succeeded',
  'payment_intent.succeeded',
  'checkout.session.completed',
]
const expectPaidOnce = async (session: Stripe.Checkout.Session): Promise<Stripe.PaymentIntent> => {
  const intent = session.payment_intent as Stripe.PaymentIntent
  const charge = intent.latest_charge as Stripe.Charge
  expect([session.payment_status, intent.status, intent.amount_received]).toEqual(['paid', 'succeeded', 3998])
  await eventually(async () => expect(await toldOf(session)).toEqual(paidEvents))
  const moved = await pair.stripe.balanceTransactions.list({ source: charge.id, type: 'charge' })
  expect(moved.data.map(({ amount }) => amount)).toEqual([3998])
  const paid = (await pair.there.paymentIntents.list({ limit: 100 })).data.filter(
    ({ metadata, status }) => metadata['micro_charge'] === charge.id && status === 'succeeded',
  )
  expect(paid).toHaveLength(1)
  return intent
}

describe('a session of live mode', () => {
  test("leads to its processor's page, and what is paid there is booked once, refundable from here", async () => {
    const session = await create({ customer_creation: 'always', customer_email: 'ada@shop.test' })
    expect(session).toMatchObject({ livemode: true, status: 'open', amount_total: 3998, payment_intent: null })
    const theirs = await sessionThere(session)
    expect(theirs).toMatchObject({ amount_total: 3998, cancel_url: pages.cancel_url, customer_email: 'ada@shop.test' })
    expect(theirs.metadata).toEqual({ micro_checkout_session: session.id })
    expect(await pay(session)).toBe(`https://shop.test/thanks?session=${session.id}`)
    for (let times = 0; times < 3; times++) await pair.pass('checkout.session.completed', theirs.id)
    const complete = await isTold(session.id, 'complete')
    const intent = await expectPaidOnce(complete)
    expect(complete.customer_details).toMatchObject({ email: 'ada@shop.test', name: 'Ada' })
    expect((await pair.stripe.customers.retrieve(idOf(complete.customer))).id).toMatch(/^cus_/)
    const refund = await pair.stripe.refunds.create({ payment_intent: intent.id, amount: 998 })
    expect(refund.status).toBe('succeeded')
    const shown = await fetch(session.url ?? '', { redirect: 'manual' })
    expect(await shown.text()).toContain('Your payment was made')
  })

  test('is learnt by a look when nobody tells, and by any event about its payment', async () => {
    const looked = await create()
    await pay(looked)
    await eventually(async () => expect((await retrieve(looked.id)).status).toBe('complete'))
    await expectPaidOnce(await retrieve(looked.id))
    const told = await create()
    const there = await sessionThere(told)
    await pay(told)
    const { payment_intent: payment } = await pair.there.checkout.sessions.retrieve(there.id)
    await pair.pass('payment_intent.succeeded', idOf(payment))
    await expectPaidOnce(await isTold(told.id, 'complete'))
  })

  test('is learnt in the background when nobody tells or looks', { timeout: 150_000 }, async () => {
    const session = await create()
    await pay(session)
    await expectPaidOnce(await isTold(session.id, 'complete'))
  })

  test('that is authorised only is captured from here', async () => {
    const session = await create({ payment_intent_data: { capture_method: 'manual' } })
    await pay(session)
    const complete = await reaches(session.id, 'complete')
    const intent = complete.payment_intent as Stripe.PaymentIntent
    expect([complete.payment_status, intent.status, intent.amount_capturable]).toEqual([
      'unpaid',
      'requires_capture',
      3998,
    ])
    expect((await pair.stripe.paymentIntents.capture(intent.id)).status).toBe('succeeded')
    const charge = intent.latest_charge as Stripe.Charge
    expect((await pair.paidThere(charge)).status).toBe('succeeded')
  })

  test('whose card was declined stays open, and another card pays it', async () => {
    const session = await create()
    const page = await pageThere(session)
    expect((await submit(page, '4000000000000002')).status).toBe(402)
    const there = await sessionThere(session)
    await pair.pass('payment_intent.payment_failed', idOf(there.payment_intent))
    expect((await pair.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open')
    await pay(session)
    await expectPaidOnce(await reaches(session.id, 'complete'))
  })

  test('ends here and there, and one that ended there ends here', async () => {
    const session = await create()
    const page = await pageThere(session)
    expect((await pair.stripe.checkout.sessions.expire(session.id)).status).toBe('expired')
    expect(await (await submit(page)).text()).toContain('has expired')
    await eventually(async () => expect(await toldOf(session)).toEqual(['checkout.session.expired']))
    const other = await create()
    const there = await sessionThere(other)
    await pair.there.checkout.sessions.expire(there.id)
    await pair.pass('checkout.session.expired', there.id)
    expect((await isTold(other.id, 'expired')).payment_intent).toBeNull()
    const paid = await create()
    await pay(paid)
    await expect(pair.stripe.checkout.sessions.expire(paid.id)).rejects.toMatchObject({
      code: 'checkout_session_not_open',
    })
    await expectPaidOnce(await reaches(paid.id, 'complete'))
  })

  test(
    'has one page there though the answer, or the request, is lost, also when it is asked for again',
    { timeout: 150_000 },
    async () => {
      const idempotencyKey = 'lossy checkout'
      pair.proxy.loseAnswerOf('POST /v1/checkout/sessions', 1)
      const lost = await create({}, { idempotencyKey })
      expect((await create({}, { idempotencyKey })).id).toBe(lost.id)
      pair.proxy.loseAnswerOf('POST /v1/checkout/sessions', 1)
      pair.proxy.loseRequest('GET /v1/checkout/sessions', 1)
      const unknown = await create()
      pair.proxy.loseRequest('POST /v1/checkout/sessions', 1)
      const sentAgain = await create()
      for (const session of [lost, unknown, sentAgain]) {
        await pay(session)
        await expectPaidOnce(await reaches(session.id, 'complete'))
        const { data } = await pair.there.checkout.sessions.list({ limit: 100 })
        expect(data.filter(({ metadata }) => metadata?.['micro_checkout_session'] === session.id)).toHaveLength(1)
      }
    },
  )
})

describe('what a page says is not believed', () => {
  test('of another amount or another page that bears its name', async () => {
    const session = await create()
    const { metadata, id } = await sessionThere(session)
    const lies: string[] = []
    const named = { metadata: { ...metadata }, payment_intent_data: { metadata: { ...metadata } } }
    for (const [quantity, what] of [
      [1, 'another amount'],
      [2, 'another page'],
    ] as const) {
      const lie = await pair.there.checkout.sessions.create({
        mode: 'payment',
        ...pages,
        line_items: [{ ...hat, quantity }],
        ...named,
      })
      expect((await submit(lie.url ?? '')).status, what).toBe(303)
      await pair.pass('checkout.session.completed', lie.id)
      lies.push(lie.id)
    }
    await eventually(async () => {
      const outcomes = await heardOf(pair.processor)
      for (const lie of lies) expect(outcomes[lie]).toBe('ignored')
    })
    expect((await retrieve(session.id)).status).toBe('open')
    await pay(session)
    await pair.pass('checkout.session.completed', id)
    await expectPaidOnce(await reaches(session.id, 'complete'))
  })

  test('to a merchant by another one’s processor, and another merchant sees nothing', async () => {
    const stranger = await newMerchant(pair.mine.url)
    const made = await stranger.live('POST', '/payments/processors', {
      body: { kind: 'stripe', url: pair.proxy.url, secret_key: pair.account.key, currencies: ['usd'] },
    })
    const secret = 'whsec_of_the_stranger'
    const path = `/payments/processors/${made.body.id}/webhook_secret`
    await stranger.live('POST', path, { body: { webhook_secret: secret } })
    const session = await create()
    expect((await stranger.live('GET', `/v1/checkout/sessions/${session.id}`)).status).toBe(404)
    expect((await stranger.live('POST', `/v1/checkout/sessions/${session.id}/expire`, { body: {} })).status).toBe(404)
    const there = await sessionThere(session)
    await pay(session)
    const event = await pair.eventThere('checkout.session.completed', there.id)
    expect((await pair.tell(event, { secret, processor: made.body.id })).status).toBe(200)
    await eventually(async () => expect(await heardOf(made.body.id)).toEqual({ [there.id]: 'ignored' }))
    await expectPaidOnce(await reaches(session.id, 'complete'))
  })
})

describe('is refused', () => {
  for (const [what, more, param, code] of [
    ['that keeps a card', { mode: 'setup', line_items: undefined, currency: 'usd' }, 'mode', 'live_method_not_kept'],
    [
      'that keeps the card it is paid with',
      { payment_intent_data: { setup_future_usage: 'off_session' } },
      'payment_intent_data[setup_future_usage]',
      'live_method_not_kept',
    ],
    [
      'in a currency that no processor is paid out in',
      { line_items: [{ ...hat, price_data: { ...hat.price_data, currency: 'jpy' } }] },
      'currency',
      'processor_currency_refused',
    ],
  ] as const)
    test(`a session ${what}, by name`, async () => {
      await expect(create(more as Partial<Params>)).rejects.toMatchObject({ param, code })
    })

  test('one of which no processor makes a page, and it is over', async () => {
    await expect(create({ locale: 'x'.repeat(20) as 'en', expires_at: 1 })).rejects.toMatchObject({
      param: 'expires_at',
    })
    const merchant = await newMerchant(pair.mine.url)
    const body = { mode: 'payment', ...pages, line_items: [hat] }
    const none = await merchant.live('POST', '/v1/checkout/sessions', { body })
    expect(none.body.error.code).toBe('processor_not_configured')
  })
})
