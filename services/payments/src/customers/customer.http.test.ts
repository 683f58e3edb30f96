import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Bench, CallOptions } from '../payments.fixture.ts'
import { openCustomers, typesOf, type Ask } from './customers.fixture.ts'

let bench: Bench
let ask: Ask
beforeAll(async () => {
  ;({ bench, ask } = await openCustomers())
})
afterAll(() => bench[Symbol.asyncDispose]())

const path = '/v1/customers'
const create = (body: object = {}, options: CallOptions = {}) => ask(path, { body, ...options })
const address = { line1: '1 Main St', city: 'Springfield', country: 'US' }

describe('creating', () => {
  test('shows the customer as Stripe does, announces it, and gives it back by id', async () => {
    const { status, body } = await create(
      {
        name: 'Ada',
        email: 'ada@example.com',
        address,
        shipping: { name: 'Ada', address },
        metadata: { a: 'b' },
        preferred_locales: ['en'],
      },
      { key: 'create-1' },
    )
    expect(status).toBe(200)
    expect(body).toMatchObject({
      object: 'customer',
      name: 'Ada',
      email: 'ada@example.com',
      address: { ...address, line2: null, postal_code: null, state: null },
      balance: 0,
      currency: null,
      default_source: null,
      delinquent: false,
      invoice_settings: { default_payment_method: null },
      livemode: false,
      metadata: { a: 'b' },
      preferred_locales: ['en'],
      shipping: { name: 'Ada', carrier: null },
      tax_exempt: 'none',
    })
    expect(body.id).toMatch(/^cus_/)
    expect((await ask(`${path}/${body.id}`)).body).toEqual(body)
    expect(await bench.events(body.id)).toMatchObject([
      { type: 'customer.created', idempotency_key: 'create-1', object: body },
    ])
  })

  test('one key makes one customer', async () => {
    const merchant = 'acct_once'
    const answers = await Promise.all(Array.from({ length: 5 }, () => create({}, { merchant, key: 'k' })))
    for (const { status } of answers) expect([200, 409]).toContain(status)
    expect((await ask(path, { merchant })).body.data).toHaveLength(1)
  })

  test('with a payment method attaches it, and may make it the default', async () => {
    const { body } = await create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    })
    const { default_payment_method: id } = body.invoice_settings
    expect(id).toMatch(/^pm_[0-9A-Za-z]+$/)
    expect((await ask(`/v1/payment_methods/${id}`)).body).toMatchObject({ customer: body.id, card: { last4: '4242' } })
    expect(await typesOf(bench, body.id)).toEqual(['customer.created'])
    expect(await typesOf(bench, String(id))).toEqual(['payment_method.attached'])
  })

  test('with a source makes it the default source', async () => {
    const { body } = await create({ source: 'tok_mastercard' })
    const { body: listed } = await ask(`${path}/${body.id}/payment_methods`)
    expect(listed.data).toMatchObject([{ id: body.default_source, card: { brand: 'mastercard' } }])
  })

  const refusals: [string, object, string, string | undefined][] = [
    ['a payment method that is none', { payment_method: 'pm_nope' }, 'resource_missing', 'payment_method'],
    ['a source that is none', { source: 'tok_nope' }, 'resource_missing', 'source'],
    ['a source that is a card number', { source: '4242424242424242' }, 'card_number_refused', 'source'],
    ['a card that is declined', { source: 'tok_chargeDeclined' }, 'card_declined', undefined],
    [
      "a default that is not the customer's",
      { invoice_settings: { default_payment_method: 'pm_card_visa' } },
      'resource_missing',
      'invoice_settings[default_payment_method]',
    ],
    ['a name of 257 characters', { name: 'x'.repeat(257) }, 'parameter_invalid', 'name'],
    ['an address with more than Stripe knows', { address: { planet: 'Mars' } }, 'parameter_unknown', 'address[planet]'],
    ['a balance', { balance: 5 }, 'parameter_unknown', 'balance'],
  ]
  for (const [what, body, code, param] of refusals)
    test(`${what} is refused as ${code}, and no customer is left`, async () => {
      const merchant = `acct_${code}_${what.length}`
      const refused = await create(body, { merchant })
      expect([refused.body.error['code'], refused.body.error['param']]).toEqual([code, param])
      expect((await ask(path, { merchant })).body.data).toEqual([])
    })
})

describe('changing', () => {
  test('leaves what is left out, takes away what is empty, and merges metadata', async () => {
    const { body } = await create({ name: 'Ada', email: 'ada@example.com', address, metadata: { a: '1', b: '2' } })
    const changed = await ask(`${path}/${body.id}`, { body: { email: '', address: '', metadata: { b: '', c: '3' } } })
    expect(changed.body).toMatchObject({ name: 'Ada', email: null, address: null, metadata: { a: '1', c: '3' } })
    expect(changed.body.metadata).not.toHaveProperty('b')
    expect((await ask(`${path}/${body.id}`, { body: { metadata: '' } })).body.metadata).toEqual({})
    expect(await typesOf(bench, body.id)).toEqual(['customer.created', 'customer.updated', 'customer.updated'])
  })

  test('metadata never grows beyond 50 keys', async () => {
    const keys = (prefix: string) => Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${prefix}${at}`, 'x']))
    const { id } = (await create({ metadata: keys('a') })).body
    const refused = await ask(`${path}/${id}`, { body: { metadata: keys('b') } })
    expect(refused.body.error).toMatchObject({ code: 'parameter_invalid', param: 'metadata' })
  })

  test('takes only a default payment method of its own', async () => {
    const { id } = (await create()).body
    const other = (await create({ source: 'tok_visa' })).body.default_source
    const own = (await ask('/v1/payment_methods/pm_card_visa/attach', { body: { customer: id } })).body.id
    const choose = (method: unknown) =>
      ask(`${path}/${id}`, { body: { invoice_settings: { default_payment_method: method } } })
    expect((await choose(other)).body.error).toMatchObject({
      code: 'resource_missing',
      param: 'invoice_settings[default_payment_method]',
    })
    expect((await choose(own)).body.invoice_settings.default_payment_method).toBe(own)
    expect((await choose('')).body.invoice_settings.default_payment_method).toBe(null)
  })
})

describe('deleting', () => {
  test('leaves an id that says so, nothing of the person, and no payment method', async () => {
    const merchant = 'acct_delete'
    const { id, default_source: source } = (await create({ name: 'Ada Lovelace', source: 'tok_visa' }, { merchant }))
      .body
    const deleted = await ask(`${path}/${id}`, { merchant, method: 'DELETE' })
    expect(deleted.body).toEqual({ id, object: 'customer', deleted: true })
    expect((await ask(`${path}/${id}`, { merchant })).body).toEqual({ id, object: 'customer', deleted: true })
    expect((await ask(path, { merchant })).body.data).toEqual([])
    expect((await ask(`${path}/search?query=${encodeURIComponent('created>0')}`, { merchant })).body.data).toEqual([])
    const [row] = await bench.database.db.sql`select * from payments.customers where id = ${id}`
    expect(JSON.stringify(row)).not.toContain('Ada')
    expect((await ask(`/v1/payment_methods/${source}`, { merchant })).body.customer).toBe(null)
    expect(await typesOf(bench, id)).toEqual(['customer.created', 'customer.deleted'])
    expect(await typesOf(bench, String(source))).toEqual(['payment_method.attached', 'payment_method.detached'])
  })

  test('twice is unknown the second time, and so is all else but looking', async () => {
    const { id } = (await create()).body
    await ask(`${path}/${id}`, { method: 'DELETE' })
    expect((await ask(`${path}/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect((await ask(`${path}/${id}`, { body: { name: 'x' } })).status).toBe(404)
    expect((await ask(`${path}/${id}/payment_methods`)).status).toBe(404)
    const attach = await ask('/v1/payment_methods/pm_card_visa/attach', { body: { customer: id } })
    expect(attach.body.error).toMatchObject({ code: 'resource_missing', param: 'customer' })
  })
})

describe('listing', () => {
  const merchant = 'acct_lists'
  const ids: string[] = []
  const list = async (query: string) => (await ask(`${path}?${query}`, { merchant })).body
  beforeAll(async () => {
    for (let at = 0; at < 5; at++) {
      ids.unshift((await create({ email: `${at % 2}@example.com` }, { merchant })).body.id)
      bench.clock.advance(1_000)
    }
  })
  const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)

  test('goes both ways from any of them, newest first', async () => {
    expect(idsOf(await list('limit=2'))).toEqual(ids.slice(0, 2))
    expect(idsOf(await list(`limit=2&starting_after=${ids[1]}`))).toEqual(ids.slice(2, 4))
    const before = await list(`limit=2&ending_before=${ids[3]}`)
    expect([idsOf(before), before.has_more]).toEqual([ids.slice(1, 3), true])
    expect((await list(`starting_after=cus_unknown`)).error).toMatchObject({
      code: 'resource_missing',
      param: 'starting_after',
    })
  })

  test('is narrowed by email and by when', async () => {
    expect(idsOf(await list('email=1@example.com'))).toEqual([ids[1], ids[3]])
    expect(idsOf(await list(`email=0@example.com&ending_before=${ids[2]}`))).toEqual([ids[0]])
    const { created } = (await ask(`${path}/${ids[2]}`, { merchant })).body
    expect(idsOf(await list(`created=${created}`))).toEqual([ids[2]])
    expect(idsOf(await list(`created[gt]=${created}`))).toEqual(ids.slice(0, 2))
    expect(idsOf(await list(`created[lte]=${created}`))).toEqual(ids.slice(2))
  })
})

describe('searching', () => {
  const merchant = 'acct_search'
  const search = async (query: string, rest = '', who = merchant) =>
    (await ask(`${path}/search?query=${encodeURIComponent(query)}${rest}`, { merchant: who })).body
  const namesOf = ({ data }: { data: { name: string | null }[] }) => data.map(({ name }) => name)
  beforeAll(async () => {
    for (const [name, email, metadata] of [
      ['Ada', 'ada@example.com', { plan: 'Gold' }],
      ['Bob', 'bob@example.org', { plan: 'silver', 'a"b': '1' }],
      ['Cy', undefined, {}],
    ] as const) {
      await create({ name, metadata, ...(email === undefined ? {} : { email }) }, { merchant })
      bench.clock.advance(1_000)
    }
  })

  const found: [string, string[]][] = [
    ['email:"ADA@example.com"', ['Ada']],
    ['email~"example"', ['Bob', 'Ada']],
    ['-email~"example"', ['Cy']],
    ['email:null', ['Cy']],
    ['-email:null', ['Bob', 'Ada']],
    ['metadata["plan"]:"gold"', ['Ada']],
    ['metadata["plan"]:"gold" OR name:"cy"', ['Cy', 'Ada']],
    ['metadata["plan"]:"gold" name:"cy"', []],
    [`metadata['a"b']:"1"`, ['Bob']],
    ['-metadata["plan"]:null', ['Bob', 'Ada']],
    ['created>0', ['Cy', 'Bob', 'Ada']],
    ['created<1', []],
    ['name:"%"', []],
    ["name:\"' or '1'='1\"", []],
  ]
  for (const [query, names] of found)
    test(`${query} finds ${names.join(' and ') || 'nobody'}`, async () =>
      expect(namesOf(await search(query))).toEqual(names))

  test('turns pages, and shows nothing of another merchant', async () => {
    const first = await search('created>0', '&limit=2')
    expect([namesOf(first), first.has_more, first.object]).toEqual([['Cy', 'Bob'], true, 'search_result'])
    const second = await search('created>0', `&limit=2&page=${first.next_page}`)
    expect([namesOf(second), second.has_more, second.next_page]).toEqual([['Ada'], false, null])
    expect((await search('created>0', '', 'acct_evil')).data).toEqual([])
    expect((await search('created>0', `&page=${first.next_page}`, 'acct_evil')).error['param']).toBe('page')
    expect((await search('created>0', '&page=xyz')).error['param']).toBe('page')
    expect((await search('planet:"Mars"')).error['param']).toBe('query')
  })
})

describe('isolation', () => {
  for (const [who, options] of [
    ['another merchant', { merchant: 'acct_evil' }],
    ['the other mode', { mode: 'live' }],
  ] as [string, CallOptions][])
    test(`for ${who} a customer is exactly as unknown as one that never was`, async () => {
      const { id, default_source: source } = (await create({ source: 'tok_visa' })).body
      const unknown = `cus_${'0'.repeat(24)}`
      const requests: [string, CallOptions][] = [
        ['', {}],
        ['', { body: { name: 'x' } }],
        ['', { method: 'DELETE' }],
        ['/payment_methods', {}],
        [`/payment_methods/${source}`, {}],
      ]
      for (const [suffix, request] of requests) {
        const [foreign, missing] = await Promise.all(
          [id, unknown].map((each) => ask(`${path}/${each}${suffix}`, { ...options, ...request })),
        )
        expect(foreign?.status).toBe(404)
        expect(foreign?.text.replaceAll(id, 'ID')).toBe(missing?.text.replaceAll(unknown, 'ID'))
      }
      expect((await ask(`${path}/${id}`)).body.id).toBe(id)
    })
})
