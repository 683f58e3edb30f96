import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Charge } from '@micro/contracts'
import { createBench, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/charges'
const good = { amount: 1999, currency: 'usd', source: 'tok_visa' }

type Answer = Charge & {
  error: Record<string, unknown>
  data: Charge[]
  has_more: boolean
  next_page: string | null
}
const call = async (url: string, options: CallOptions = {}) => {
  const { status, body, text } = await bench.call(url, options)
  return { status, text, body: body as unknown as Answer }
}
const charge = async (more: object = {}, options: CallOptions = {}): Promise<Charge> => {
  const { status, body } = await call(path, { ...options, body: { ...good, ...more } })
  expect([status, body.object]).toEqual([200, 'charge'])
  return body
}
const idsOf = async (url: string, options: CallOptions = {}) => {
  const { body } = await call(url, options)
  return [body.data.map(({ id }) => id), body.has_more]
}

describe('the older way to charge', () => {
  test('charges at once, answers the charge, and has an intent behind it', async () => {
    const made = await charge({ description: 'Tea', metadata: { a: 'b' } }, { key: 'older' })
    expect(made).toMatchObject({
      amount: 1999,
      amount_captured: 1999,
      captured: true,
      paid: true,
      status: 'succeeded',
      description: 'Tea',
      metadata: { a: 'b' },
      outcome: { type: 'authorized', risk_level: 'normal', network_status: 'approved_by_network' },
      payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242', checks: { cvc_check: 'pass' } } },
    })
    expect(made.balance_transaction).toMatch(/^txn_/)
    expect((await call(`${path}/${made.id}`)).body).toEqual(made)
    expect((await bench.call(`/v1/payment_intents/${made.payment_intent ?? ''}`)).body).toMatchObject({
      status: 'succeeded',
      latest_charge: made.id,
    })
    expect(await charge({ description: 'Tea', metadata: { a: 'b' } }, { key: 'older' })).toEqual(made)
  })

  test('tells a decline with the charge that failed', async () => {
    const { status, body } = await call(path, { body: { ...good, source: 'tok_chargeDeclinedInsufficientFunds' } })
    expect([status, body.error]).toMatchObject([402, { code: 'card_declined', decline_code: 'insufficient_funds' }])
    const failed = (await call(`${path}/${String(body.error['charge'])}`)).body
    expect(failed).toMatchObject({
      status: 'failed',
      paid: false,
      captured: false,
      failure_code: 'card_declined',
      outcome: { type: 'issuer_declined', reason: 'insufficient_funds', advice_code: 'try_again_later' },
    })
  })

  test('authorises with capture=false; captured in part, the rest is given back', async () => {
    const held = await charge({ capture: false })
    expect(held).toMatchObject({ captured: false, amount_captured: 0, status: 'succeeded' })
    const captured = await call(`${path}/${held.id}/capture`, { body: { amount: 500 }, key: `capture ${held.id}` })
    expect(captured.body).toMatchObject({ object: 'charge', captured: true, amount_captured: 500, amount: 1999 })
    const repeated = await call(`${path}/${held.id}/capture`, { body: { amount: 500 }, key: `capture ${held.id}` })
    expect(repeated.text).toBe(captured.text)
    const again = await call(`${path}/${held.id}/capture`, { body: {} })
    expect([again.status, again.body.error['code']]).toEqual([400, 'charge_already_captured'])
    const much = await charge({ capture: false })
    const refused = await call(`${path}/${much.id}/capture`, { body: { amount: 2000 } })
    expect([refused.body.error['code'], refused.body.error['param']]).toEqual(['amount_too_large', 'amount'])
    await bench.call(`/v1/payment_intents/${much.payment_intent ?? ''}/cancel`, { body: {} })
    const late = await call(`${path}/${much.id}/capture`, { body: {} })
    expect(late.body.error['code']).toBe('charge_expired_for_capture')
  })

  test('an attempt that failed is not captured in the name of the one that was authorised after it', async () => {
    const body = { amount: 1999, currency: 'usd', capture_method: 'manual' }
    const { id } = (await bench.call('/v1/payment_intents', { body })).body
    const confirm = (payment_method: string) =>
      bench.call(`/v1/payment_intents/${id}/confirm`, { body: { payment_method } })
    const failed = String((await confirm('pm_card_chargeDeclined')).body.error['charge'])
    expect((await confirm('pm_card_visa')).body.status).toBe('requires_capture')
    const { status, text } = await call(`${path}/${failed}/capture`, { body: {} })
    expect([status, text]).toEqual([400, expect.stringContaining('status of failed')])
    expect((await bench.call(`/v1/payment_intents/${id}`)).body.status).toBe('requires_capture')
  })

  test('takes the source of a customer where none is given, and refuses where there is none', async () => {
    const customer = (await bench.call('/v1/customers', { body: { source: 'tok_mastercard' } })).body.id
    expect(await charge({ source: undefined, customer })).toMatchObject({
      customer,
      payment_method_details: { card: { brand: 'mastercard' } },
    })
    const poor = (await bench.call('/v1/customers', { body: {} })).body.id
    for (const body of [{ customer: poor }, {}]) {
      const refused = await call(path, { body: { ...good, source: undefined, ...body } })
      expect([refused.status, refused.body.error['param']]).toEqual([400, 'source'])
    }
    const unknown = await call(path, { body: { ...good, customer: 'cus_none' } })
    expect([unknown.status, unknown.body.error['param']]).toEqual([400, 'customer'])
  })

  test('cannot ask the holder: a card that needs it is declined', async () => {
    const { status, body } = await call(path, { body: { ...good, source: 'tok_threeDSecure2Required' } })
    expect([status, body.error['code']]).toEqual([402, 'authentication_required'])
  })

  test('refuses what is for other accounts, a card number, and an unknown token, by name', async () => {
    for (const [more, param] of [
      [{ destination: 'acct_1' }, 'destination'],
      [{ source: '4242424242424242' }, 'source'],
      [{ source: 'tok_none' }, 'source'],
    ] as const) {
      const { body } = await call(path, { body: { ...good, ...more } })
      expect(body.error['param']).toBe(param)
    }
  })
})

describe('cards that tell more', () => {
  test.each([
    ['tok_riskLevelElevated', { risk_level: 'elevated' }, {}],
    ['tok_riskLevelHighest', { risk_level: 'highest' }, {}],
    ['tok_cvcCheckFail', {}, { cvc_check: 'fail' }],
    ['tok_avsZipFail', {}, { address_postal_code_check: 'fail' }],
    ['tok_avsLine1Fail', {}, { address_line1_check: 'fail' }],
    ['tok_avsUnchecked', {}, { address_line1_check: 'unavailable' }],
  ])('%s', async (source, outcome, checks) => {
    expect(await charge({ source })).toMatchObject({ outcome, payment_method_details: { card: { checks } } })
  })

  test('tok_radarBlock is blocked before the network is asked', async () => {
    const { body } = await call(path, { body: { ...good, source: 'tok_radarBlock' } })
    const failed = (await call(`${path}/${String(body.error['charge'])}`)).body
    expect(failed.outcome).toMatchObject({ type: 'blocked', network_status: 'not_sent_to_network' })
  })
})

describe('updating', () => {
  test('changes what is noted, tells of it, and nothing of the money', async () => {
    const made = await charge({ metadata: { a: '1', b: '2' } })
    const { body } = await call(`${path}/${made.id}`, {
      body: { description: 'Later', metadata: { a: '', c: '3' }, fraud_details: { user_report: 'safe' } },
    })
    expect(body).toEqual({
      ...made,
      description: 'Later',
      metadata: { b: '2', c: '3' },
      fraud_details: { user_report: 'safe' },
    })
    expect((await bench.events(made.id)).at(-1)).toMatchObject({ type: 'charge.updated', object: body })
    const refused = await call(`${path}/${made.id}`, { body: { amount: 5 } })
    expect([refused.status, refused.body.error['param']]).toEqual([400, 'amount'])
  })

  test('for another merchant or mode a charge is exactly as unknown as one that never was', async () => {
    const made = await charge()
    const unknown = `ch_${'0'.repeat(24)}`
    for (const options of [{ merchant: 'acct_evil' }, { mode: 'live' as const }]) {
      for (const [suffix, body] of [
        ['', undefined],
        ['', {}],
        ['/capture', {}],
      ] as const) {
        const ask = (id: string) =>
          call(`${path}/${id}${suffix}`, { ...options, ...(body === undefined ? {} : { body }) })
        const [theirs, none] = [await ask(made.id), await ask(unknown)]
        expect(theirs.status).toBe(404)
        expect(theirs.text.replaceAll(made.id, unknown)).toBe(none.text)
      }
      expect((await call(path, options)).body.data).toEqual([])
    }
  })
})

describe('lists and searches', () => {
  const merchant = 'acct_lists'
  const ids: string[] = []
  let customer: string
  beforeAll(async () => {
    customer = (await bench.call('/v1/customers', { body: { name: 'Ada' }, merchant })).body.id
    for (const more of [
      { metadata: { order: '7' } },
      { amount: 500, currency: 'eur', customer },
      { capture: false, transfer_group: 'group' },
      { metadata: { order: 'seventy' }, customer },
    ]) {
      bench.clock.advance(10_000)
      ids.push((await charge(more, { merchant })).id)
    }
  })
  const names = (found: unknown) => (found as string[]).map((id) => ids.indexOf(id))
  const list = async (query: string) => {
    const [found, more] = await idsOf(`${path}?${query.replaceAll(/@(\d)/g, (_, at) => ids[Number(at)] ?? '')}`, {
      merchant,
    })
    return [names(found), more]
  }

  test.each([
    ['', [3, 2, 1, 0], false],
    ['limit=2', [3, 2], true],
    ['limit=2&starting_after=@2', [1, 0], false],
    ['ending_before=@1&limit=1', [2], true],
    ['transfer_group=group', [2], false],
  ])('a list with %s', async (query, want, more) => {
    expect(await list(query)).toEqual([want, more])
  })

  test('a list of a customer, of an intent, and since a time', async () => {
    expect(await list(`customer=${customer}`)).toEqual([[3, 1], false])
    const { payment_intent, created } = (await call(`${path}/${ids[2] ?? ''}`, { merchant })).body
    expect(await list(`payment_intent=${payment_intent ?? ''}`)).toEqual([[2], false])
    expect(await list(`created[gte]=${created}`)).toEqual([[3, 2], false])
    expect((await call(`${path}?starting_after=ch_none`, { merchant })).body.error['param']).toBe('starting_after')
  })

  test.each([
    ['metadata["order"]:"7"', [0]],
    ['amount>500 AND currency:"usd"', [3, 2, 0]],
    ['-metadata["order"]:"7" amount:1999', [3, 2]],
    ['currency:"eur" OR metadata["order"]:"SEVENTY"', [3, 1]],
    ['payment_method_details.card.last4:"4242"', [3, 2, 1, 0]],
    ['status:"failed"', []],
  ])('a search for %s', async (query, want) => {
    const [found] = await idsOf(`${path}/search?query=${encodeURIComponent(query)}`, { merchant })
    expect(names(found)).toEqual(want)
  })

  test('a search of payment intents by customer, amount and status, page by page', async () => {
    const search = (query: string, more = '') =>
      call(`/v1/payment_intents/search?limit=2&query=${encodeURIComponent(query)}${more}`, { merchant })
    const first = await search('status:"succeeded" amount>=500')
    expect([first.body.data.length, first.body.has_more]).toEqual([2, true])
    const second = await search('status:"succeeded" amount>=500', `&page=${first.body.next_page ?? ''}`)
    expect([second.body.data.length, second.body.has_more, second.body.next_page]).toEqual([1, false, null])
    expect((await search(`customer:"${customer}" AND status:"succeeded"`)).body.data).toHaveLength(2)
    for (const query of ['status', 'nothing:"x"', 'amount~"5"', 'status:"a" AND amount:5 OR amount:6'])
      expect((await search(query)).body.error['param']).toBe('query')
    const elsewhere = await call(`/v1/payment_intents/search?query=${encodeURIComponent('amount>0')}`, {
      merchant: 'acct_nobody',
    })
    expect(elsewhere.body.data).toEqual([])
  })
})
