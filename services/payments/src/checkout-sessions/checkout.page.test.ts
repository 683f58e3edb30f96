import type { CheckoutSession } from '@micro/contracts'
import { eventually, injector } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench, type CallOptions } from '../payments.fixture.ts'
import { expiredSessions } from './checkout-session.store.ts'

let bench: Bench
let browse: ReturnType<typeof injector>
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  browse = injector(bench.parts.service)
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/checkout/sessions'
const success_url = 'https://shop.example/thanks?session={CHECKOUT_SESSION_ID}'
const hat = { price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: '<b>Hat & "coat"</b>' } } }
const create = async (body: object = {}, options: CallOptions = {}): Promise<CheckoutSession> => {
  const given = { mode: 'payment', success_url, cancel_url: 'https://shop.example/cart', line_items: [hat], ...body }
  const answer = await bench.call(path, { body: given, ...options })
  expect(answer.status).toBe(200)
  return answer.body as unknown as CheckoutSession
}
const sessionOf = async (id: string) => (await bench.call(`${path}/${id}`)).body as unknown as CheckoutSession
const pageOf = ({ id }: { id: string }) => `/checkout/pay/${id}`
const ada = { email: 'ada@example.com', card_number: '4242 4242 4242 4242', expiry: '12 / 34', cvc: '314', name: 'Ada' }
const submit = (session: { id: string }, form: object = {}, page = browse) =>
  page(undefined, {
    method: 'POST',
    url: pageOf(session),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...ada, ...form }).toString(),
  })
const show = (session: { id: string }) => browse(undefined, { url: pageOf(session) })
const typesOf = async (id: string) => (await bench.events(id)).map(({ type }) => type)
const thanks = ({ id }: { id: string }) => `https://shop.example/thanks?session=${id}`
const intentOf = async (id: string | null) => (await bench.call(`/v1/payment_intents/${String(id)}`)).body
/** What was taken for a session, in minor units, by the simulator's own book. */
const takenFor = async (session: { id: string }): Promise<number> => {
  const { payment_intent: intent } = await sessionOf(session.id)
  return intent === null ? 0 : bench.simulated(String(intent))
}

describe('the hosted page', () => {
  test('shows what is sold, as text, and runs and loads nothing', async () => {
    const session = await create()
    const { status, text, headers } = await show(session)
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-[^']+'; form-action 'self' https:\/\/shop\.example$/,
    )
    expect(text).toContain('15.00 USD')
    expect(text).toContain('&lt;b&gt;Hat &amp; &quot;coat&quot;&lt;/b&gt;')
    expect(text).not.toMatch(/<script|<b>Hat|style="|onclick|src=/)
    for (const name of Object.keys(ada))
      expect(text).toMatch(new RegExp(`<label for="${name}">[^<]+</label>\\s+<input\\s+id="${name}"`))
  })

  test('takes a test card once, tells the shop, and leads to its page', async () => {
    const session = await create({ payment_intent_data: { metadata: { order: '7' }, description: 'Hats' } })
    const paid = await submit(session)
    expect([paid.status, paid.headers['location']]).toEqual([303, thanks(session)])
    const { body } = { body: await sessionOf(session.id) }
    expect(body).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      customer: null,
      customer_details: { email: 'ada@example.com', name: 'Ada' },
    })
    const intent = await intentOf(String(body.payment_intent))
    expect(intent).toMatchObject({
      status: 'succeeded',
      amount_received: 1500,
      metadata: { order: '7' },
      description: 'Hats',
    })
    expect(await typesOf(session.id)).toEqual(['checkout.session.completed'])
    expect((await bench.events(session.id))[0]?.object).toEqual(body)
    for (const again of [await submit(session), await submit(session, { card_number: '5555555555554444' })])
      expect([again.status, again.headers['location']]).toEqual([303, thanks(session)])
    expect((await show(session)).text).toContain(`content="0; url=${thanks(session)}"`)
    expect(await takenFor(session)).toBe(1)
    const [charge] = await bench.chargesOf(String(body.payment_intent))
    expect(charge).toMatchObject({
      payment_method_details: { exp_month: 12, exp_year: 2034, last4: '4242' },
      billing_details: { email: 'ada@example.com', name: 'Ada' },
    })
  })

  for (const [what, form, field] of [
    ['no e-mail', { email: '' }, 'email'],
    ['an e-mail that is none', { email: 'ada' }, 'email'],
    ['no number', { card_number: '' }, 'card_number'],
    ['a number that no card has', { card_number: '4242424242424241' }, 'card_number'],
    ["somebody's number", { card_number: '4111 1111 1111 1111' }, 'card_number'],
    ['an alias', { card_number: 'pm_card_visa' }, 'card_number'],
    ['month 13', { expiry: '13/34' }, 'expiry'],
    ['a card that expired', { expiry: '12/20' }, 'expiry'],
    ['no date', { expiry: 'soon' }, 'expiry'],
    ['a code of two digits', { cvc: '12' }, 'cvc'],
    ['a code of four', { cvc: '1234' }, 'cvc'],
    ['no name', { name: ' ' }, 'name'],
  ] as const)
    test(`says next to the field what is wrong with ${what}, and takes nothing`, async () => {
      const session = await create()
      const { status, text } = await submit(session, form)
      expect(status).toBe(400)
      expect([...text.matchAll(/id="(\w+)-error"/g)].map(([, name]) => name)).toEqual([field])
      expect(text).toMatch(new RegExp(`aria-invalid="true" aria-describedby="${field}-error"`))
      expect(text).not.toMatch(/4242424242424241|4111|314"/)
      expect((await sessionOf(session.id)).payment_intent).toBeNull()
    })

  test('takes a code of four digits of American Express', async () => {
    const session = await create()
    expect((await submit(session, { card_number: '378282246310005', cvc: '1234' })).status).toBe(303)
  })

  test('tells a decline in the words of the card network, and takes another card with the same intent', async () => {
    const session = await create()
    const declined = await submit(session, { card_number: '4000000000009995' })
    expect([declined.status, declined.text]).toEqual([402, expect.stringContaining('insufficient funds')])
    expect(declined.text).toContain('value="ada@example.com"')
    const { payment_intent: first } = await sessionOf(session.id)
    expect((await submit(session, { card_number: '4000000000000127' })).text).toContain('id="cvc-error"')
    expect((await submit(session)).status).toBe(303)
    const done = await sessionOf(session.id)
    expect([done.status, done.payment_intent]).toEqual(['complete', first])
    expect(await takenFor(session)).toBe(1)
  })

  test('leads through 3-D Secure and back', async () => {
    const session = await create()
    const challenged = await submit(session, { card_number: '4000002760003184' })
    const page = new URL(String(challenged.headers['location'])).pathname
    expect([challenged.status, page]).toEqual([303, expect.stringMatching(/^\/payments\/authenticate\/authn_/)])
    const answer = (action: string, url: string) =>
      browse(undefined, {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `action=${action}`,
      })
    const failed = new URL(String((await answer('fail', page)).headers['location']))
    expect(`${failed.origin}${failed.pathname}`).toBe(session.url)
    expect((await browse(undefined, { url: failed.pathname + failed.search })).text).toContain('role="alert"')
    const again = new URL(String((await submit(session, { card_number: '4000002760003184' })).headers['location']))
    const passed = new URL(String((await answer('complete', again.pathname)).headers['location']))
    const end = await browse(undefined, { url: passed.pathname + passed.search })
    expect([end.status, end.text]).toEqual([200, expect.stringContaining(thanks(session))])
    expect((await sessionOf(session.id)).status).toBe('complete')
    expect(await takenFor(session)).toBe(1)
  })

  test('keeps a card for a customer it makes', async () => {
    const session = await create({ payment_intent_data: { setup_future_usage: 'off_session' } })
    await submit(session, { card_number: '4000000000000002', email: 'typo@example.com' })
    await submit(session)
    const { customer } = await sessionOf(session.id)
    const methods = (await bench.call(`/v1/customers/${String(customer)}/payment_methods`)).body.data
    expect(methods).toMatchObject([{ card: { last4: '4242' }, customer }])
    expect((await bench.call(`/v1/customers/${String(customer)}`)).body).toMatchObject({
      email: 'ada@example.com',
      name: 'Ada',
    })
  })

  test('makes a customer where always one is asked for, and none otherwise', async () => {
    const session = await create({ customer_creation: 'always' })
    await submit(session)
    expect((await sessionOf(session.id)).customer).toMatch(/^cus_/)
  })

  test('charges the customer it was made for, whose e-mail stands in the form', async () => {
    const customer = (await bench.call('/v1/customers', { body: { email: 'grace@example.com' } })).body.id
    const session = await create({ customer })
    expect((await show(session)).text).toContain('value="grace@example.com"')
    await submit(session)
    expect((await intentOf(String((await sessionOf(session.id)).payment_intent))).customer).toBe(customer)
  })

  test('saves a card without a payment', async () => {
    const customer = (await bench.call('/v1/customers', { body: {} })).body.id
    const session = await create({ mode: 'setup', line_items: undefined, customer })
    expect((await show(session)).text).toContain('Save card')
    expect((await submit(session, { card_number: '4000000000000002' })).status).toBe(402)
    expect((await submit(session)).status).toBe(303)
    expect(await sessionOf(session.id)).toMatchObject({
      status: 'complete',
      setup_intent: expect.stringMatching(/^seti_/),
    })
    const methods = (await bench.call(`/v1/customers/${customer}/payment_methods`)).body.data
    expect(methods).toMatchObject([{ card: { last4: '4242' } }])
  })

  test('only authorises where that was asked for', async () => {
    const session = await create({ payment_intent_data: { capture_method: 'manual' } })
    await submit(session)
    const done = await sessionOf(session.id)
    expect([done.status, done.payment_status]).toEqual(['complete', 'unpaid'])
    expect((await intentOf(String(done.payment_intent))).status).toBe('requires_capture')
  })

  test('of no session, and of one that expired, takes nothing', async () => {
    for (const id of ['cs_test_unknown', `cs_test_${'0'.repeat(24)}`]) {
      expect((await show({ id })).status).toBe(404)
      expect((await submit({ id })).status).toBe(404)
    }
    const session = await create()
    await submit(session, { card_number: '4000000000000002' })
    const { payment_intent: intent } = await sessionOf(session.id)
    await bench.call(`${path}/${session.id}/expire`, { body: {} })
    for (const page of [await show(session), await submit(session)]) expect(page.text).toContain('has expired')
    expect((await intentOf(String(intent))).status).toBe('canceled')
    expect(await typesOf(session.id)).toEqual(['checkout.session.expired'])
    expect(await takenFor(session)).toBe(0)
  })

  test('whose time is over takes nothing, before anybody noticed', async () => {
    const soon = Math.floor(bench.clock.now().getTime() / 1000) + 1800
    const session = await create({ expires_at: soon })
    bench.clock.advance(1_801_000)
    expect((await submit(session)).text).toContain('has expired')
    expect(await takenFor(session)).toBe(0)
  })

  test('whose payment the shop canceled has expired', async () => {
    const session = await create()
    await submit(session, { card_number: '4000000000000002' })
    const { payment_intent: intent } = await sessionOf(session.id)
    await bench.call(`/v1/payment_intents/${String(intent)}/cancel`, { body: {} })
    await bench.parts.sessions.round()
    expect((await sessionOf(session.id)).status).toBe('expired')
  })
})

describe('money is taken once and the session ends complete', () => {
  test('when the form is sent by many at once', async () => {
    for (let round = 0; round < 4; round++) {
      const session = await create()
      const answers = await Promise.all(Array.from({ length: 6 }, () => submit(session)))
      for (const { status } of answers) expect([200, 303]).toContain(status)
      expect(await takenFor(session)).toBe(1)
      expect((await sessionOf(session.id)).status).toBe('complete')
      expect(await typesOf(session.id)).toEqual(['checkout.session.completed'])
    }
  })

  test('or nothing is, when it expires while it is paid', async () => {
    const ends = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const session = await create()
      const expire = () => bench.call(`${path}/${session.id}/expire`, { body: {} })
      const [, expired] = await Promise.all([submit(session), expire()])
      const { status } = await sessionOf(session.id)
      ends.add(status)
      expect([status, await takenFor(session)]).toEqual(status === 'complete' ? ['complete', 1] : ['expired', 0])
      expect(expired.status === 200).toBe(status === 'expired')
      expect(await typesOf(session.id)).toHaveLength(1)
    }
    expect(ends.size).toBeGreaterThan(0)
  })

  test('when nobody comes back after the charge: the worker tells', async () => {
    const session = await create()
    await submit(session, { card_number: '4000000000000002' })
    const { payment_intent: intent } = await sessionOf(session.id)
    // As by a page whose process ended right behind the charge.
    await bench.call(`/v1/payment_intents/${String(intent)}/confirm`, { body: { payment_method: 'pm_card_visa' } })
    expect(await typesOf(session.id)).toEqual([])
    await Promise.all([bench.parts.sessions.round(), bench.another().parts.sessions.round()])
    expect(await typesOf(session.id)).toEqual(['checkout.session.completed'])
    expect((await show(session)).text).toContain(thanks(session))
  })

  test('whose result is not known for long keeps no other session from its end', async () => {
    const [paying, over] = [await create(), await create()]
    bench.processor.charges.push('hangs_after')
    bench.processor.finds.push('throws_before')
    await submit(paying, {}, injector(bench.another({ config: bench.config }).parts.service))
    bench.clock.advance(86_401_000)
    const found = await expiredSessions(bench.database.db.sql, { now: bench.clock.now(), limit: 1_000 })
    const ids = found.map(({ id }) => id)
    expect([ids.includes(over.id), ids.includes(paying.id)]).toEqual([true, false])
    await eventually(async () => {
      await bench.parts.completer.round()
      expect((await sessionOf(paying.id)).status).toBe('complete')
    })
  })

  test('when the answer of the processor is lost: the page waits, the completer looks', async () => {
    const hasty = bench.another({ config: bench.config })
    const session = await create()
    bench.processor.charges.push('hangs_after')
    bench.processor.finds.push('throws_before')
    const waiting = await submit(session, {}, injector(hasty.parts.service))
    expect([waiting.status, waiting.text]).toEqual([200, expect.stringContaining('http-equiv="refresh"')])
    expect((await bench.call(`${path}/${session.id}/expire`, { body: {} })).status).toBe(429)
    bench.clock.advance(20_000)
    await eventually(async () => {
      await bench.parts.completer.round()
      expect((await show(session)).text).toContain(thanks(session))
    })
    expect(await takenFor(session)).toBe(1)
  })

  test('whatever anybody writes into the database', async () => {
    const session = await create()
    await submit(session)
    const { sql } = bench.database.owner
    for (const change of [
      () => sql`update payments.checkout_sessions set status = 'open', completed_at = null where id = ${session.id}`,
      () => sql`update payments.checkout_sessions set payment_intent = 'pi_other' where id = ${session.id}`,
    ])
      await expect(change()).rejects.toThrow(/stays so|keeps its intent/)
  })
})

test('no number and no security code is kept or logged, of whatever form', async () => {
  const session = await create()
  for (const card_number of ['4242424242424242', '4000 0566 5566 5556', '4111111111111111'])
    await submit(session, { card_number, cvc: '953' })
  const [row] = await bench.database.owner.sql<{ kept: string }>`
    select string_agg(query_to_xml(format('select one::text as row from %I.%I one', schemaname, tablename), true, false, '')::text, ' ') as kept
    from pg_tables where schemaname = 'payments'`
  for (const text of [row?.kept ?? '', bench.logged.join('\n')]) {
    expect(text).not.toMatch(/4242424242424242|40000566|4000 0566|41111111/)
    expect(text).not.toContain(`"${'953'}"`)
  }
  const inName = await submit(await create(), { name: '4242424242424242' })
  expect([inName.status, inName.text.includes('424242')]).toEqual([402, false])
})
