import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, type Bench, type CallOptions } from '../payments.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const good = { amount: 1999, currency: 'usd' }
const path = '/v1/payment_intents'
const post = (body: object, options: CallOptions = {}) => bench.call(path, { body, ...options })
const keysOf = (merchant: string) =>
  bench.database.db.sql`select key from payments.idempotency_keys where merchant = ${merchant}`

describe('creating', () => {
  test('shows the intent as Stripe does, announces it, and gives it back by id', async () => {
    const { body } = await post(
      { ...good, currency: 'USD', description: 'Tea', metadata: { a: 'b' } },
      { key: 'create-1' },
    )
    expect(body).toMatchObject({
      object: 'payment_intent',
      amount: 1999,
      amount_received: 0,
      currency: 'usd',
      status: 'requires_payment_method',
      description: 'Tea',
      metadata: { a: 'b' },
      livemode: false,
      payment_method_types: ['card'],
      capture_method: 'automatic_async',
      latest_charge: null,
    })
    expect(body.client_secret).toMatch(new RegExp(`^${body.id}_secret_\\w{20,}$`))
    expect((await bench.call(`${path}/${body.id}`)).body).toEqual(body)
    expect((await bench.call(`/payments/payment_intents/${body.id}`)).body).toEqual(body)
    const events = await bench.events(body.id)
    expect(events).toMatchObject([{ type: 'payment_intent.created', idempotency_key: 'create-1', object: body }])
    expect(events[0]?.request_id).toMatch(/^req_/)
  })

  const refusals: [string, object, string, string | undefined][] = [
    ['an amount below the minimum', { ...good, amount: 49 }, 'amount_too_small', 'amount'],
    ['an amount above eight digits', { ...good, amount: 100_000_000 }, 'amount_too_large', 'amount'],
    ['an amount of 0', { ...good, amount: 0 }, 'parameter_invalid', 'amount'],
    ['a fraction', { ...good, amount: 19.99 }, 'parameter_invalid_integer', 'amount'],
    ['a currency that is none', { ...good, currency: 'zzz' }, 'currency_unsupported', 'currency'],
    ['no currency', { amount: 1999 }, 'parameter_missing', 'currency'],
    ['an unknown parameter', { ...good, card: { number: '4242424242424242' } }, 'parameter_unknown', 'card'],
    ['an unknown payment method', { ...good, payment_method: 'pm_nope' }, 'resource_missing', 'payment_method'],
    ['confirm without payment method', { ...good, confirm: true }, 'payment_method_missing', 'payment_method'],
    [
      'a description of 1001 characters',
      { ...good, description: 'x'.repeat(1001) },
      'parameter_invalid',
      'description',
    ],
    ['half a surrogate pair', { ...good, metadata: { a: '\ud800' } }, 'parameter_invalid', 'metadata[a]'],
  ]
  for (const [what, body, code, param] of refusals) {
    test(`${what} is refused as ${code}, and nothing is kept under the key`, async () => {
      const merchant = `acct_${code}_${what.length}`
      const refused = await post(body, { merchant, key: 'k' })
      expect([refused.body.error['code'], refused.body.error['param']]).toEqual([code, param])
      expect(await keysOf(merchant)).toEqual([])
      expect((await post(good, { merchant, key: 'k' })).status).toBe(200)
    })
  }

  test('the smallest and the largest amounts are accepted', async () => {
    for (const amount of [50, 99_999_999]) expect((await post({ ...good, amount })).body.amount).toBe(amount)
    expect(
      (await post({ amount: 50, currency: 'jpy', payment_method: 'pm_card_visa', confirm: true })).body.status,
    ).toBe('succeeded')
  })
})

describe('a card number', () => {
  const number = '4242424242424242'
  const places: [string, object][] = [
    ['the payment method', { ...good, payment_method: number }],
    ['the description', { ...good, description: `card 4242 4242 4242 4242 12/34` }],
    ['a metadata value', { ...good, metadata: { card: number } }],
    ['a metadata key', { ...good, metadata: { [number]: 'card' } }],
    ['the email', { ...good, receipt_email: `${number}@example.com` }],
  ]
  for (const [place, body] of places) {
    test(`in ${place} is refused before anything is stored or logged, and not repeated`, async () => {
      const merchant = `acct_card_${place.replaceAll(' ', '_')}`
      const { status, body: refused, text } = await post(body, { merchant, key: 'k' })
      expect([status, refused.error['code']]).toEqual([402, 'card_number_refused'])
      expect(text).not.toMatch(/4242/)
      expect(bench.logged.join('\n')).not.toMatch(/4242/)
      expect(await keysOf(merchant)).toEqual([])
      expect((await bench.call(path, { merchant })).body.data).toEqual([])
    })
  }
  test('at confirm is refused too, as a number instead of a text as well', async () => {
    const { id } = (await post(good)).body
    expect(
      (await bench.call(`${path}/${id}/confirm`, { body: { payment_method_id: number } })).body.error['code'],
    ).toBe('card_number_refused')
    expect((await bench.call(`${path}/${id}/confirm`, { body: { payment_method: Number(number) } })).text).not.toMatch(
      /4242/,
    )
  })
})

describe('idempotency keys', () => {
  test('the same request again is the same answer; five at once are one intent', async () => {
    const merchant = 'acct_same'
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(good, { merchant, key: 'k' })))
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const again = await post(good, { merchant, key: 'k' })
    expect(again.text).toBe(answers.find(({ status }) => status === 200)?.text)
    expect((await bench.call(path, { merchant })).body.data).toHaveLength(1)
  })

  test('with another body, or on another endpoint, a key is refused', async () => {
    const { id } = (await post(good, { key: 'mine' })).body
    for (const refused of [
      await post({ ...good, amount: 2000 }, { key: 'mine' }),
      await bench.call(`${path}/${id}/confirm`, { body: { payment_method: 'pm_card_visa' }, key: 'mine' }),
    ]) {
      expect(refused.status).toBe(400)
      expect(refused.body.error).toMatchObject({ type: 'idempotency_error' })
    }
    expect((await bench.call(`${path}/${id}`)).body.status).toBe('requires_payment_method')
  })

  test('belong to one merchant in one mode', async () => {
    const ids = new Set<string>()
    for (const options of [
      { merchant: 'acct_x' },
      { merchant: 'acct_y' },
      { merchant: 'acct_x', mode: 'live' as const },
    ])
      ids.add((await post(good, { ...options, key: 'shared' })).body.id)
    expect(ids.size).toBe(3)
  })
})

describe('isolation', () => {
  const foreign: [string, CallOptions][] = [
    ['another merchant', { merchant: 'acct_evil' }],
    ['the other mode', { mode: 'live' }],
  ]
  for (const [who, options] of foreign) {
    test(`for ${who} an intent is exactly as unknown as one that never was`, async () => {
      const { id } = (await post({ ...good, payment_method: 'pm_card_visa' })).body
      const unknown = `pi_${'0'.repeat(24)}`
      const requests: [string, object | undefined][] = [
        ['', undefined],
        ['/confirm', {}],
        ['/cancel', {}],
      ]
      for (const [suffix, body] of requests) {
        const ask = (of: string) =>
          bench.call(`${path}/${of}${suffix}`, { ...options, ...(body === undefined ? {} : { body }) })
        const [theirs, none] = [await ask(id), await ask(unknown)]
        expect([theirs.status, theirs.body.error['code']]).toEqual([404, 'resource_missing'])
        expect(theirs.text.replaceAll(id, unknown)).toBe(none.text)
      }
      const cursor = await bench.call(`${path}?starting_after=${id}`, options)
      expect([cursor.body.error['code'], cursor.body.error['param']]).toEqual(['resource_missing', 'starting_after'])
      expect((await bench.call(`${path}/${id}`)).body.status).toBe('requires_confirmation')
      expect(await bench.chargesOf(id)).toEqual([])
    })
  }

  test('an id that PostgreSQL could not even be asked for is refused by name', async () => {
    for (const path of ['/v1/payment_intents/pi_%00', '/v1/payment_intents?starting_after=pi_%00']) {
      const { status, body } = await bench.call(path)
      expect([status, body.error['code']]).toEqual([400, 'parameter_invalid'])
    }
  })

  for (const id of ['pi_%F0%9F%98%80', "pi_1'--", `pi_${'x'.repeat(200)}`, 'ch_1']) {
    test(`an id such as ${id.slice(0, 20)} is unknown, not an error of ours`, async () => {
      for (const suffix of ['', '/confirm', '/cancel'])
        expect((await bench.call(`${path}/${id}${suffix}`, suffix === '' ? {} : { body: {} })).status).toBe(404)
    })
  }
})

describe('canceling', () => {
  test('ends an open intent with its reason and its event; it cannot be confirmed afterwards', async () => {
    const { id } = (await post({ ...good, payment_method: 'pm_card_visa' })).body
    const { body } = await bench.call(`${path}/${id}/cancel`, {
      body: { cancellation_reason: 'duplicate' },
      key: `cancel-${id}`,
    })
    expect(body).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'duplicate',
      canceled_at: expect.any(Number) as number,
    })
    expect((await bench.events(id)).at(-1)).toMatchObject({
      type: 'payment_intent.canceled',
      object: { status: 'canceled' },
    })
    const refused = await bench.call(`${path}/${id}/confirm`, { body: {} })
    expect(refused.body.error).toMatchObject({
      code: 'payment_intent_unexpected_state',
      payment_intent: { status: 'canceled' },
    })
    const again = await bench.call(`${path}/${id}/cancel`, {
      body: { cancellation_reason: 'duplicate' },
      key: `cancel-${id}`,
    })
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true'])
  })

  test('racing a confirm, exactly one of the two happens', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = (await post({ ...good, payment_method: 'pm_card_visa' })).body
      const answers = await Promise.all([
        bench.call(`${path}/${id}/confirm`, { body: {} }),
        bench.call(`${path}/${id}/cancel`, { body: {} }),
      ])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const { status } = (await bench.call(`${path}/${id}`)).body
      expect(await bench.simulated(id)).toBe(status === 'succeeded' ? 1 : 0)
    }
  })
})

describe('listing', () => {
  test('pages both ways without gaps or repeats, also among intents of one millisecond', async () => {
    const merchant = 'acct_list'
    const made: string[] = []
    for (let at = 0; at < 7; at++) {
      if (at % 3 === 0) bench.clock.advance(1)
      made.push((await post(good, { merchant })).body.id)
    }
    const all = (await bench.call(`${path}?limit=100`, { merchant })).body
    const ids = all.data.map(({ id }) => id)
    expect([...ids].sort()).toEqual([...made].sort())
    expect([all.has_more, all.url]).toEqual([false, path])

    const forward: string[] = []
    for (let more = true, cursor = ''; more; cursor = `&starting_after=${forward.at(-1) ?? ''}`) {
      const page = (await bench.call(`/payments/payment_intents?limit=2${cursor}`, { merchant })).body
      expect(page.url).toBe('/payments/payment_intents')
      forward.push(...page.data.map(({ id }) => id))
      more = page.has_more
    }
    expect(forward).toEqual(ids)

    const backward: string[] = []
    for (let more = true, cursor = ids.at(-1) ?? ''; more; cursor = backward[0] ?? '') {
      const page = (await bench.call(`${path}?limit=2&ending_before=${cursor}`, { merchant })).body
      backward.unshift(...page.data.map(({ id }) => id))
      more = page.has_more
    }
    expect(backward).toEqual(ids.slice(0, -1))
  })

  test('two cursors, and a limit out of bounds, are refused', async () => {
    const { id } = (await post(good)).body
    const both = await bench.call(`${path}?starting_after=${id}&ending_before=${id}`)
    expect(both.body.error['code']).toBe('parameter_invalid')
    for (const limit of ['0', '101', 'x']) expect((await bench.call(`${path}?limit=${limit}`)).status).toBe(400)
  })
})
