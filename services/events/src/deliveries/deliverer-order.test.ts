import { eventually } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { key, startReceiver, webhookWorld, type Receiver, type WebhookWorld } from '../webhooks.fixture.ts'

let world: WebhookWorld
let receiver: Receiver

beforeEach(async () => {
  world = await webhookWorld()
  receiver = await startReceiver()
})
afterEach(async () => {
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const second = 1000
const ofType = (type: string, count = 1) => Array.from({ length: count }, () => ({ type }))
const deliveries = async (query = '', as = key()) => {
  const { body } = await world.call(as, { url: `/events/deliveries?limit=100${query}` })
  return body.data
}
const one = async () => (await deliveries()).at(0)
const seqs = () => receiver.received.map(({ headers }) => Number(headers['micro-event-seq']))

describe('order and room', () => {
  test('best effort sends the oldest first', async () => {
    await world.endpoint({ url: receiver.url, delivery: { concurrency: 1 } })
    await world.store(ofType('charge.succeeded', 5))
    for (let at = 0; at < 5; at++) await world.deliver()
    expect(seqs()).toEqual([1, 2, 3, 4, 5])
  })

  test('strict order sends one at a time, and holds up what follows a failure until that got through or was given up', async () => {
    let refusing = true
    receiver.answer = (response, { headers }) =>
      void response.writeHead(refusing && headers['micro-event-seq'] === '2' ? 500 : 200).end()
    await world.endpoint({ url: receiver.url, delivery: { order: 'strict', concurrency: 32 } })
    await world.store(ofType('charge.succeeded', 4))
    for (let at = 0; at < 5; at++) await world.deliver()
    expect(seqs()).toEqual([1, 2])
    refusing = false
    world.clock.advance(5 * second)
    for (let at = 0; at < 5; at++) await world.deliver()
    expect(seqs()).toEqual([1, 2, 2, 3, 4])
    refusing = true
    await world.call(key(), {
      method: 'POST',
      url: `/events/deliveries/${(await deliveries())[2]?.id}/resend`,
      body: {},
    })
    await world.store([{}])
    for (const ms of [0, 5 * second, 120 * second, 0, 0]) {
      world.clock.advance(ms)
      await world.deliver()
    }
    expect(seqs().slice(5)).toEqual([2, 2, 2, 5])
  })

  test('an endpoint has no more under way than it allows, whatever the number of processes', async () => {
    const open: (() => void)[] = []
    receiver.answer = (response) => void open.push(() => void response.end())
    await world.endpoint({ url: receiver.url, delivery: { concurrency: 3 } })
    await world.store(ofType('charge.succeeded', 20))
    const others = [world.another(), world.another()]
    await Promise.all([world.parts, ...others].map(({ deliverer }) => deliverer.round()))
    await Promise.all([world.parts, ...others].map(({ deliverer }) => deliverer.round()))
    await eventually(() => open.length === 3)
    expect(receiver.received).toHaveLength(3)
    for (const done of open.splice(0)) done()
    await Promise.all([world.parts, ...others].map(({ deliverer }) => deliverer.settled()))
    for (const { service } of others) await service.stop()
  })

  test('a rate is kept to', async () => {
    await world.endpoint({ url: receiver.url, delivery: { rate: 4, concurrency: 32 } })
    await world.store(ofType('charge.succeeded', 20))
    const startedMs = performance.now()
    await eventually(
      async () => {
        await world.deliver()
        return receiver.received.length >= 8
      },
      { timeoutMs: 60_000 },
    )
    // A second's worth is there at the beginning; however slow the machine, no more than the rate comes to that.
    const passedSeconds = (performance.now() - startedMs) / second
    expect(receiver.received.length).toBeLessThanOrEqual(4 + 4 * passedSeconds)
  })

  test('endpoints that hang hold up nobody: others are served in the same rounds', async () => {
    await world[Symbol.asyncDispose]()
    world = await webhookWorld({ webhooks: { networks: [], loopback: true, concurrency: 32, retentionDays: 30 } })
    receiver.answer = (response) => void response.socket?.destroy()
    for (let at = 0; at < 6; at++) await world.endpoint({ url: `${receiver.url}/hang`, delivery: { timeout: 30 } })
    await world.store(ofType('charge.succeeded', 2))
    await world.deliver()
    const hanging = new Set<() => void>()
    let ended = 0
    receiver.answer = (response, { path }) => {
      if (path !== '/hang') return void response.end()
      hanging.add(() => response.destroy())
      response.once('close', () => ended++)
    }
    await world.endpoint({ url: `${receiver.url}/fine` })
    world.clock.advance(10 * second)
    await world.store(ofType('charge.succeeded', 10))
    const fine = () => receiver.received.filter(({ path }) => path === '/fine').length
    await eventually(async () => {
      await world.parts.deliverer.round()
      return fine() === 10 && hanging.size > 0
    })
    expect(ended).toBe(0)
    for (const end of hanging) end()
    await world.parts.deliverer.settled()
  })
})

describe('a merchant whose endpoints are slow', () => {
  const slow = ['/slow/1', '/slow/2', '/slow/3'] as const
  const open: (() => void)[] = []
  const ofPath = (path: string) => receiver.received.filter((each) => each.path.startsWith(path)).length

  beforeEach(async () => {
    await world[Symbol.asyncDispose]()
    world = await webhookWorld({ webhooks: { networks: [], loopback: true, concurrency: 16, retentionDays: 30 } })
    open.length = 0
    receiver.answer = (response, { path }) => {
      if (path.startsWith('/slow')) open.push(() => response.end())
      else response.end()
    }
    for (const path of slow) await world.endpoint({ url: `${receiver.url}${path}`, delivery: { concurrency: 32 } })
    await world.store(ofType('charge.succeeded', 20))
  })
  const rounds = async () => {
    for (let at = 0; at < 4; at++) await world.parts.deliverer.round()
  }
  const finish = async () => {
    receiver.answer = (response) => void response.end()
    for (const done of open.splice(0)) done()
    await world.parts.deliverer.settled()
  }

  test('has a quarter of all room under way in a mode, its endpoints in turns, and gets the rest later', async () => {
    await rounds()
    await eventually(() => open.length === 4)
    expect(slow.map(ofPath).toSorted()).toEqual([1, 1, 2])
    await finish()
    await eventually(async () => {
      await world.deliver()
      return receiver.received.length === 60
    })
  })

  test('holds up nobody else, who came later, and not its other mode', async () => {
    await rounds()
    await world.endpoint({ url: `${receiver.url}/fine` }, key('acct_b'))
    await world.endpoint({ url: `${receiver.url}/live` }, key('acct_a', 'live'))
    await world.store(ofType('charge.succeeded', 10), { merchant: 'acct_b', mode: 'test' })
    await world.store(ofType('charge.succeeded', 10), { merchant: 'acct_a', mode: 'live' })
    await eventually(async () => {
      await world.parts.deliverer.round()
      return ofPath('/fine') === 10 && ofPath('/live') === 10
    })
    expect(ofPath('/slow')).toBe(4)
    await finish()
  })

  test('and many with a queue get one turn for each of anybody else', async () => {
    await world.endpoint({ url: `${receiver.url}/fine`, delivery: { concurrency: 32 } }, key('acct_b'))
    await world.store(ofType('charge.succeeded', 20), { merchant: 'acct_b', mode: 'test' })
    await world.parts.deliverer.round()
    await eventually(() => receiver.received.length === 8)
    expect([ofPath('/slow'), ofPath('/fine')]).toEqual([4, 4])
    await finish()
  })
})

test('an answer whose body drips is settled two seconds after its status, and makes room', async () => {
  const dripping = new Set<NodeJS.Timeout>()
  receiver.answer = (response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write('.'), 50)
    dripping.add(drip)
    response.once('close', () => clearInterval(drip))
  }
  await world.endpoint({ url: receiver.url, delivery: { timeout: 30 } })
  await world.store([{}])
  const startedMs = performance.now()
  await world.deliver()
  const tookMs = performance.now() - startedMs
  // Well before the half minute that its endpoint has.
  expect([tookMs > 1_500, tookMs < 25_000]).toEqual([true, true])
  const delivery = await one()
  expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, last_status: 200 })
  const { body } = await world.call(key(), { url: `/events/deliveries/${delivery?.id}/attempts` })
  expect(body.data[0]?.result.response).toMatchObject({ truncated: true, body: expect.stringMatching(/^\.+$/) })
  for (const drip of dripping) clearInterval(drip)
})

describe('a process that dies', () => {
  test('leaves what it had under way to the next one, and the event comes twice under one id', async () => {
    receiver.answer = () => {}
    await world.endpoint({ url: receiver.url, delivery: { timeout: 30 } })
    await world.store([{}])
    const dying = world.another()
    await dying.deliverer.round()
    await eventually(() => receiver.received.length === 1)
    receiver.answer = (response) => void response.end()
    await world.deliver()
    expect(receiver.received).toHaveLength(1)
    // As if its lease had run out.
    await world.database.db.sql`update events.deliveries set leased_until = clock_timestamp() - interval '1 second'`
    await world.deliver()
    expect(new Set(receiver.received.map(({ body }) => JSON.parse(body).id)).size).toBe(1)
    expect([receiver.received.length, (await one())?.status]).toEqual([2, 'delivered'])
    await dying.service.stop()
    expect((await one())?.status).toBe('delivered')
  })

  test('in order gives back what it had under way: nothing counts as tried', async () => {
    receiver.answer = () => {}
    await world.endpoint({ url: receiver.url, delivery: { timeout: 30 } })
    await world.store([{}])
    const stopping = world.another()
    await stopping.service.start()
    await eventually(() => receiver.received.length === 1)
    await stopping.service.stop()
    expect(await one()).toMatchObject({ status: 'pending', attempts: 0, last_error: null })
    receiver.answer = (response) => void response.end()
    await world.deliver()
    expect((await one())?.status).toBe('delivered')
  })
})

test('what is addressed inside by the time it is sent is not sent, and says why', async () => {
  await world[Symbol.asyncDispose]()
  world = await webhookWorld()
  const addresses = ['93.184.216.34', '10.0.0.1']
  const rebinding = world.another({ resolve: () => Promise.resolve([addresses.shift() ?? '10.0.0.1']) })
  await world.endpoint({ url: 'https://hooks.example.com/' })
  await world.store([{}])
  addresses.shift()
  await rebinding.deliverer.round()
  await rebinding.deliverer.settled()
  expect(await one()).toMatchObject({ status: 'pending', last_error: 'refused: it leads into a private network' })
  await rebinding.service.stop()
})
