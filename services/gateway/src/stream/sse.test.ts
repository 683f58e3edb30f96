import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../gateway.fixture.ts'
import { errorOf, openSse, type SseClient } from './sse.fixture.ts'
import { openStream } from './stream.fixture.ts'

let world: World
const opened: SseClient[] = []
beforeAll(async () => {
  const stream = { verifyMs: 20, pingMs: 50, connectionsPerKeyMax: 3 }
  world = await startWorld({ config: { credentialTtlMs: 20, stream } })
}, 60_000)
afterAll(async () => {
  for (const client of opened) client.leave()
  await world.stop()
})

let merchants = 0
/** Of a merchant of its own, so that no test hears of another. */
const newOwner = (mode: 'test' | 'live' = 'test') => {
  const merchant = `acct_${++merchants}`
  const key = world.auth.issue(merchant, mode)
  return { merchant, key, store: (count = 1) => world.events.store(merchant, mode, count) }
}
const open = async (key: string | undefined, options?: Parameters<typeof openSse>[2]): Promise<SseClient> => {
  const client = await openSse(world.url, key, options)
  opened.push(client)
  return client
}
const idsOf = (merchant: string, first: number, last: number, mode = 'test'): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => `evt_${merchant}_${mode}_${first + at}`)
const told = async (client: SseClient) => ({ status: client.status, ...(await errorOf(client)) })
const greeted = (client: SseClient) => eventually(() => client.comments.length > 1)

describe('the stream is judged before it begins', () => {
  for (const [who, key, headers, want] of [
    ['nobody', () => undefined, {}, [401, 'api_key_missing']],
    ['whoever made the key up', () => 'sk_test_x', {}, [401, 'api_key_invalid']],
    ['a person', () => world.auth.logIn(), {}, [403, 'secret_key_required']],
    ['a page', () => world.auth.issuePublishable(), {}, [403, 'secret_key_required']],
    [
      'a key without events:read',
      () => world.auth.issue('acct_x', 'test', ['payments:write']),
      {},
      [403, 'more_permissions_required'],
    ],
    [
      'a foreign page with a key',
      () => world.auth.issue(),
      { origin: 'https://evil.example' },
      [403, 'origin_not_allowed'],
    ],
    [
      'one who names another account',
      () => world.auth.issue(),
      { 'stripe-account': 'acct_b' },
      [403, 'account_invalid'],
    ],
  ] as const)
    test(`${who} is refused, in the envelope`, async () => {
      const { status, code } = await told(await open(key(), { headers }))
      expect([status, code]).toEqual(want)
    })

  for (const [what, options, param] of [
    ['a cursor that is none', { query: '?since=yesterday' }, 'since'],
    ['a header that is none', { query: '?since=0', lastEventId: '-1' }, 'Last-Event-ID'],
    ['a parameter nobody knows', { query: '?surprise=1' }, 'surprise'],
    ['no type', { query: '?types[]=' }, 'types[0]'],
  ] as const)
    test(`${what} is refused by name`, async () => {
      expect(await told(await open(world.auth.issue(), options))).toMatchObject({ status: 400, param })
    })

  test('a restricted key with events:read gets in, and so does the page of this very host', async () => {
    const key = world.auth.issue('acct_y', 'test', ['events:read'])
    const client = await open(key, { headers: { origin: world.url } })
    expect([client.status, client.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
  })

  test('streams per key are bounded, WebSockets among them, and one that ends makes room', async () => {
    const { key } = newOwner()
    const [first] = [await open(key), await open(key), await openStream(world, key)]
    expect(await told(await open(key))).toMatchObject({ status: 429, code: 'stream_limit' })
    // What only asks takes no place.
    expect((await open(key, { method: 'HEAD' })).status).toBe(200)
    first.leave()
    await eventually(async () => expect((await open(key)).status).toBe(200))
  })
})

describe('delivery', () => {
  test("only one's own merchant and mode, replayed and live, in order", async () => {
    const { merchant, key, store } = newOwner()
    store(150)
    const client = await open(key, { query: '?since=0' })
    world.events.store(merchant, 'live', 3)
    newOwner().store(3)
    for (let round = 0; round < 20; round++) store(5)
    await eventually(() => expect(client.ids()).toEqual(idsOf(merchant, 1, 250)))
    expect(JSON.parse(client.events[0]?.data ?? '')).toMatchObject({ object: 'event', livemode: false })
    expect(client.lastEventId()).toBe(`250-evt_${merchant}_test_250`)
  })

  test('without a cursor it begins now', async () => {
    const { merchant, key, store } = newOwner()
    store(3)
    const client = await open(key)
    await greeted(client)
    store(2)
    await eventually(() => expect(client.ids()).toEqual(idsOf(merchant, 4, 5)))
  })

  test('whoever comes back goes on exactly behind the last event, whatever the address still says', async () => {
    const { merchant, key, store } = newOwner()
    store(4)
    const first = await open(key, { query: '?since=0' })
    await eventually(() => expect(first.ids()).toHaveLength(4))
    first.leave()
    store(3)
    const lastEventId = first.lastEventId()
    const second = await open(key, { query: '?since=0', lastEventId })
    await eventually(() => expect(second.ids()).toEqual(idsOf(merchant, 5, 7)))
    const third = await open(key, { query: `?since=${lastEventId}` })
    await eventually(() => expect(third.ids()).toEqual(idsOf(merchant, 5, 7)))
  })

  test('a key that may not read the ledger is told nothing of it, and its place moves on behind all the same', async () => {
    const merchant = 'acct_books'
    const key = world.auth.issue(merchant, 'test', ['events:read'])
    const ledger = () => world.events.store(merchant, 'test', 300, { type: 'ledger.account.created' })
    ledger()
    world.events.store(merchant, 'test')
    ledger()
    const client = await open(key, { query: '?since=0' })
    await eventually(() => expect(client.lastEventId()).toBe('601'))
    expect(client.ids()).toEqual(idsOf(merchant, 301, 301))
    expect(client.text()).not.toContain('ledger')
  })

  test('of some types only those, and its place moves on behind the others', async () => {
    const { merchant, key, store } = newOwner()
    const none = await open(key, { query: '?since=0&types[]=charge.*&types[]=payout.paid' })
    const some = await open(key, { query: '?since=0&types=payment_intent.*' })
    store(600)
    await eventually(() => expect(some.ids()).toEqual(idsOf(merchant, 1, 600)))
    await eventually(() => expect(none.lastEventId()).toBe(`600-evt_${merchant}_test_600`))
    expect(none.events).toEqual([])
  })

  test('what the bus loses is found all the same', async () => {
    const { merchant, key } = newOwner()
    const client = await open(key)
    await greeted(client)
    world.events.store(merchant, 'test', 2, { ring: false })
    world.events.store(merchant, 'test', 1)
    await eventually(() => expect(client.ids()).toEqual(idsOf(merchant, 1, 3)))
  })
})

describe('a cursor behind which there is no going on is told so before anything else, and ends the coming back', () => {
  for (const [what, cursor, code, message] of [
    ['beyond the newest event', '9', 'unknown_cursor', /newest is 5/],
    ['of another event at its place', '3-evt_of_a_backup', 'unknown_cursor', /restored/],
    ['before what is kept', '1', 'event_no_longer_kept', /no longer kept/],
  ] as const)
    test(what, async () => {
      const { merchant, key, store } = newOwner()
      store(5)
      world.events.prune(merchant, 'test', 2)
      const client = await open(key, { lastEventId: cursor })
      const error = await told(client)
      expect(error).toMatchObject({ status: 400, code })
      expect(error.message).toMatch(message)
    })
})

describe('a stream ends', () => {
  test('as soon as the bus says the key is revoked, and says why', async () => {
    const [{ key, store, merchant }, other] = [newOwner(), newOwner()]
    const [doomed, kept] = [await open(key), await open(other.key)]
    await greeted(doomed)
    const keyId = world.auth.keyId(key)
    world.auth.holders.delete(key)
    world.bus.publish('credential.revoked', { keyId })
    store(1)
    expect(await errorOf(doomed)).toMatchObject({ code: 'api_key_invalid' })
    expect(doomed.ids()).toEqual([])
    expect(merchant).not.toBe(other.merchant)
    other.store(1)
    await eventually(() => expect(kept.ids()).toHaveLength(1))
  })

  test('without the bus too, and by the expiry of its key', async () => {
    const [revoked, expired] = [newOwner(), newOwner()]
    const [first, second] = [await open(revoked.key), await open(expired.key)]
    world.auth.holders.delete(revoked.key)
    world.auth.expire(expired.key)
    expect((await errorOf(first)).code).toBe('api_key_invalid')
    expect((await errorOf(second)).code).toBe('api_key_expired')
  })
})

test('an auth outage pauses a stream and does not end it', async () => {
  const { merchant, key, store } = newOwner()
  const client = await open(key)
  await greeted(client)
  world.auth.state.down = true
  const before = world.auth.state.lookUps
  // Of each stream that may be open, this often: by then what was known of this one's key is forgotten.
  await eventually(() => world.auth.state.lookUps >= before + 5 * (opened.length + 1))
  store(1)
  const comments = client.comments.length
  await eventually(() => client.comments.length > comments + 2)
  expect(client.ids()).toEqual([])
  world.auth.state.down = false
  await eventually(() => expect(client.ids()).toEqual(idsOf(merchant, 1, 1)))
})

test('the path is the stream and no event of that name, by GET and HEAD alone', async () => {
  const key = world.auth.issue()
  expect((await world.call('HEAD', '/v1/events/stream', { key })).headers['content-type']).toMatch(/event-stream/)
  expect((await world.call('POST', '/v1/events/stream', { key })).status).toBe(404)
  expect(world.seen.filter(({ operation }) => operation === 'retrieveEvent')).toEqual([])
})

test('a gateway that drains says when to come back, ends its streams, and waits for no reader', async () => {
  const client = await open(world.auth.issue())
  await greeted(client)
  expect(client.retryMs()).toBe(3_000)
  await world.gateway.close()
  await client.closed
  expect([client.retryMs(), client.response.complete, client.events]).toEqual([1_000, true, []])
})
