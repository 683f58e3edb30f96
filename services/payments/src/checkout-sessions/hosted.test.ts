import { injector } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'
import { insertEvent } from '../processor-webhooks/inbox.store.ts'
import { hatOnSale, liveProcessor, scriptedPages, sessionsOf } from './hosted.fixture.ts'

type Answers = Parameters<typeof scriptedPages>[1]

let bench: Bench
let there: ReturnType<typeof scriptedPages>
let process: ReturnType<Bench['another']>
const answers: Answers = {}
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
  there = scriptedPages(bench, answers)
  process = bench.another({ processors: { test: bench.processor, live: there.live } })
}, 120_000)
afterAll(() => bench[Symbol.asyncDispose]())

let events = 0

/** A merchant with one processor for each answer, the first asked first. */
const setUp = async (merchant: string, ...how: Answers[string][]) => {
  const ids: string[] = []
  for (const [at, answer] of how.entries()) {
    const id = await liveProcessor(bench, merchant, at)
    answers[id] = answer
    ids.push(id)
  }
  const { call, parts } = process
  const sessions = sessionsOf(call, merchant)
  return {
    ...{ ids, call, parts, sessions },
    /** What its processors were asked. */
    asked: () => there.asked.filter((each) => ids.some((id) => each.endsWith(id))),
    create: async (more: object = {}) => (await sessions('', { body: { ...hatOnSale, ...more } })).body,
    /** As it is, after a moment in which it may be looked at again. */
    look: async (id: string) => {
      bench.clock.advance(3_000)
      return (await sessions(`/${id}`)).body
    },
    told: async (id: string) => (await bench.events(id)).map(({ type }) => type),
    /** Has the processor tell of the page; resolves with what became of that. */
    async hear(id: string): Promise<string | null | undefined> {
      const { id: object, processor } = there.pageOf(id)
      const event = { id: `evt_${object}${++events}`, type: 'checkout.session.completed', object, processor }
      const { sql } = bench.database.db
      await insertEvent(sql, { ...event, merchant, mode: 'live', received_at: bench.clock.now() })
      await parts.inbox.round()
      const [row] = await sql<{ outcome: string | null }>`
        select outcome from payments.processor_events where processor = ${processor} and id = ${event.id}`
      return row?.outcome
    },
    page: (id: string) => call(`/checkout/pay/${id}`, { merchant, mode: 'live' }),
  }
}
const logged = (event: string, id: string) => bench.logged.filter((line) => line.includes(event) && line.includes(id))

describe('a page that', () => {
  test('no processor makes ends its session, and the refusal is the answer however often it is asked for', async () => {
    const { sessions, ids, told, asked } = await setUp('acct_refused', 'refuses', 'refuses')
    const wish = { key: 'refused-1', body: hatOnSale }
    const refused = await sessions('', wish)
    expect([refused.status, refused.body.error['code']]).toEqual([400, 'live_checkout_unavailable'])
    expect(String(refused.body.error['message'])).toContain('amount_too_small')
    expect(asked()).toEqual(ids.map((id) => `make ${id}`))
    expect((await sessions('', wish)).text).toBe(refused.text)
    expect(asked()).toHaveLength(2)
    const { data } = (await sessions('')).body as unknown as { data: { id: string; status: string; url: null }[] }
    expect(data).toMatchObject([{ status: 'expired', url: null }])
    expect(await told(data[0]?.id ?? '')).toEqual(['checkout.session.expired'])
  })

  test('was made and not heard of is found, and never made twice', async () => {
    const { create, ids, asked } = await setUp('acct_lost', 'answer_lost')
    const { id } = await create()
    expect(asked()).toEqual([`make ${ids[0]}`, `find ${ids[0]}`])
    expect(there.book.get(id)?.status).toBe('open')
  })

  test('nobody answers for is waited for on our own page, and made by the worker as soon as somebody does', async () => {
    const { create, ids, page, parts } = await setUp('acct_silent', 'silent')
    const { id, status } = await create()
    expect(status).toBe('open')
    expect((await page(id)).text).toContain('led on to where you pay')
    answers[ids[0] ?? ''] = 'makes'
    bench.clock.advance(16_000)
    await parts.sessions.round()
    expect((await page(id)).headers['location']).toBe(there.pageOf(id).url)
  })

  test('takes no card here, whoever sends one', async () => {
    const { create, call } = await setUp('acct_typed', 'makes')
    const { id } = await create()
    const form = { email: 'a@b.co', card_number: '4242424242424242', expiry: '12 / 34', cvc: '314', name: 'A' }
    const sent = await injector(process.parts.service)(undefined, {
      method: 'POST',
      url: `/checkout/pay/${id}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
    expect([sent.status, sent.headers['location']]).toEqual([303, there.pageOf(id).url])
    const options = { merchant: 'acct_typed', mode: 'live', body: { payment_method: 'pm_x' } } as const
    expect((await call(`/v1/payment_pages/${id}/confirm`, options)).body.error['code']).toBe('test_mode_only')
  })

  test('is asked for with amounts that come to the total, the shop’s addresses, and our own id in them', async () => {
    const { create, sessions } = await setUp('acct_lines', 'makes')
    const price = (more: object) => ({ currency: 'usd', product_data: { name: 'Screw' }, ...more })
    const { id } = await create({
      line_items: [
        { price_data: price({ unit_amount: 1500 }), quantity: 2 },
        { price_data: price({ unit_amount_decimal: '33.3' }), quantity: 5 },
      ],
    })
    expect((await sessions(`/${id}`)).body.amount_total).toBe(3167)
    expect(there.requests.filter(({ session }) => session === id)).toMatchObject([
      {
        session: id,
        amount: 3167n,
        lines: [
          { name: 'Screw', unit: 1500n, quantity: 2 },
          { name: 'Screw × 5', unit: 167n, quantity: 1 },
        ],
        successUrl: `https://shop.example/thanks?of=${id}`,
        expiresAt: undefined,
      },
    ])
  })
})

describe('what was paid on a page', () => {
  test('is booked once, whoever looks, hears and sweeps at once', async () => {
    const { create, hear, parts, sessions, told } = await setUp('acct_race', 'makes')
    const { id } = await create()
    there.pay(id)
    bench.clock.advance(20_000)
    const looks = Array.from({ length: 4 }, () => sessions(`/${id}`))
    await Promise.all([parts.sessions.round(), hear(id), ...looks, sessions(`/${id}/expire`, { body: {} })])
    expect((await sessions(`/${id}`)).body).toMatchObject({ status: 'complete', payment_status: 'paid' })
    expect(await told(id)).toEqual(['checkout.session.completed'])
    const charges = await bench.database.db
      .sql`select status from payments.charges where id = ${there.pageOf(id).charge}`
    expect(charges).toEqual([{ status: 'succeeded' }])
  })

  for (const [at, [what, payment, page]] of (
    [
      ['of another amount', { there: { id: 'pi_1', amount: 1n, currency: 'usd', isManual: false } }, {}],
      ['of another currency', { there: { id: 'pi_1', amount: 1500n, currency: 'jpy', isManual: false } }, {}],
      ['that is only authorised', { there: { id: 'pi_1', amount: 1500n, currency: 'usd', isManual: true } }, {}],
      ['under the name of another charge', { charge: 'ch_another' }, {}],
      ['on a page of another total', {}, { amount: 1n }],
      ['on a page that is not the session’s', {}, { id: 'cs_another' }],
    ] as const
  ).entries())
    test(`${what} is not believed, and named in the log`, async () => {
      const { create, look, hear } = await setUp(`acct_lie${at}`, 'makes')
      const { id } = await create()
      there.pay(id, payment, page)
      expect(await hear(id)).toBe('ignored')
      expect((await look(id)).status).toBe('open')
      expect(logged('processor.payment_differs', id).length).toBeGreaterThanOrEqual(1)
      const { charge } = there.pageOf(id)
      expect(await bench.database.db.sql`select id from payments.charges where id = ${charge}`).toEqual([])
    })

  const declined = { kind: 'declined', code: 'card_declined', declineCode: 'lost_card', message: 'No.' } as const
  for (const [at, [what, payment, status, becomes]] of (
    [
      ['not decided yet, on a page that is complete', { outcome: undefined }, 'complete', 'open'],
      ['under way still, on a page that has expired', { outcome: undefined }, 'expired', 'open'],
      ['declined, on a page that is open', { outcome: declined, underWay: false }, 'open', 'open'],
      ['declined, on a page that has expired', { outcome: declined, underWay: false }, 'expired', 'expired'],
      ['canceled, on a page that is complete', { outcome: declined, canceled: true }, 'complete', 'expired'],
      ['a success, on a page that does not say so yet', {}, 'open', 'complete'],
    ] as const
  ).entries())
    test(`is ${what}: the session is ${becomes}`, async () => {
      const { create, look, hear } = await setUp(`acct_fate${at}`, 'makes')
      const { id } = await create()
      there.pay(id, payment, { status })
      expect(await hear(id)).toBe('heard')
      expect((await look(id)).status).toBe(becomes)
    })

  test('is booked also where its card is not told, or another merchant brought it first', async () => {
    for (const [merchant, payment] of [
      ['acct_nocard', { card: undefined, method: undefined }],
      ['acct_first', { method: 'pm_shared' }],
      ['acct_second', { method: 'pm_shared' }],
    ] as const) {
      const { create, look } = await setUp(merchant, 'makes')
      const { id } = await create()
      there.pay(id, payment)
      expect([merchant, (await look(id)).status]).toEqual([merchant, 'complete'])
    }
  })
})

describe('the end of a session', () => {
  test('waits for its processor to say so', async () => {
    const { create, sessions, parts } = await setUp('acct_endsilent', 'makes')
    const { id } = await create()
    there.silent.value = true
    const unsure = await sessions(`/${id}/expire`, { body: {} })
    expect([unsure.status, unsure.body.error['code']]).toEqual([504, 'upstream_timeout'])
    bench.clock.advance(86_401_000)
    await parts.sessions.round()
    expect((await sessions(`/${id}`)).body.status).toBe('open')
    there.silent.value = false
    bench.clock.advance(600_000)
    await parts.sessions.round()
    expect((await sessions(`/${id}`)).body.status).toBe('expired')
    expect(there.fateOf(id)).toBe('over')
  })

  test('waits while its page may be on its way, and where none was made needs none', async () => {
    const { create, ids, sessions } = await setUp('acct_endunmade', 'silent')
    const { id } = await create()
    const early = await sessions(`/${id}/expire`, { body: {} })
    expect(early.body.error['code']).toBe('lock_timeout')
    answers[ids[0] ?? ''] = 'makes'
    bench.clock.advance(16_000)
    expect((await sessions(`/${id}/expire`, { body: {} })).body.status).toBe('expired')
    expect(there.book.has(id)).toBe(false)
  })

  test('stays: what is paid all the same is named in the log', async () => {
    const { create, sessions, hear } = await setUp('acct_late', 'makes')
    const { id } = await create()
    const open = there.pageOf(id)
    await sessions(`/${id}/expire`, { body: {} })
    there.book.set(id, open)
    there.pay(id)
    await hear(id)
    expect((await sessions(`/${id}`)).body.status).toBe('expired')
    expect(logged('checkout.paid_after_its_end', id)).toHaveLength(1)
  })
})
