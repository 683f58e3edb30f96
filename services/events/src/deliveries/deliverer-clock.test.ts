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
const hour = 3600 * second
const seqs = () => receiver.received.map(({ headers }) => Number(headers['micro-event-seq']))
const statuses = async () =>
  (await world.call(key(), { url: '/events/deliveries' })).body.data.map(({ status }) => status)
const three = [{}, {}, {}]

describe('the clock of the service set back', () => {
  test('keeps nothing waiting that was never sent, and sends nothing twice', async () => {
    await world.endpoint({ url: receiver.url, delivery: { concurrency: 1 } })
    await world.store(three)
    await world.deliver()
    world.clock.advance(-hour)
    await world.store([{}])
    for (let rounds = 0; rounds < 6; rounds++) await world.deliver()
    expect(seqs().toSorted()).toEqual([1, 2, 3, 4])
    expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered', 'delivered'])
  })

  test('keeps what failed waiting for as long as the schedule says, and no longer', async () => {
    receiver.answer = (response) => void response.writeHead(500).end()
    await world.endpoint({ url: receiver.url })
    await world.store([{}])
    await world.deliver()
    world.clock.advance(-hour)
    await world.deliver()
    world.clock.advance(4 * second)
    await world.deliver()
    expect(receiver.received).toHaveLength(1)
    receiver.answer = (response) => void response.end()
    world.clock.advance(second)
    await world.deliver()
    expect([receiver.received.length, await statuses()]).toEqual([2, ['delivered']])
  })

  test('after it was set forward loses nothing, and what is in order stays so', async () => {
    let refusing = true
    receiver.answer = (response) => void response.writeHead(refusing ? 500 : 200).end()
    await world.endpoint({ url: receiver.url, delivery: { order: 'strict' } })
    await world.store(three)
    await world.deliver()
    world.clock.advance(24 * hour)
    await world.deliver()
    world.clock.advance(-24 * hour)
    await world.store([{}])
    refusing = false
    await world.deliver()
    expect(seqs()).toEqual([1, 1])
    world.clock.advance(120 * second)
    for (let rounds = 0; rounds < 5; rounds++) await world.deliver()
    expect(seqs()).toEqual([1, 1, 1, 2, 3, 4])
  })
})

describe("the database's clock set back", () => {
  // As the rows are then: from the future.
  test('keeps nothing waiting that a process left behind when it died', async () => {
    await world.endpoint({ url: receiver.url, delivery: { concurrency: 1 } })
    await world.store([{}])
    await world.database.db.sql`
      update events.deliveries set lease = gen_random_uuid(), leased_until = clock_timestamp() + interval '1 hour'`
    await world.deliver()
    expect([seqs(), await statuses()]).toEqual([[1], ['delivered']])
  })

  test('stops no endpoint that has a rate', async () => {
    await world.endpoint({ url: receiver.url, delivery: { rate: 2 } })
    await world.store([{}])
    await world.database.db.sql`
      update events.webhook_endpoints set rate_left = 0, rate_at = clock_timestamp() + interval '1 hour'`
    await world.deliver()
    expect(seqs()).toEqual([1])
  })
})

test('what a process that died had under way to an endpoint that is disabled is given up', async () => {
  const { id } = await world.endpoint({ url: receiver.url })
  await world.store([{}])
  await world.database.db.sql`
    update events.deliveries set lease = gen_random_uuid(), leased_until = clock_timestamp() - interval '1 second'`
  await world.call(key(), { method: 'POST', url: `/v1/webhook_endpoints/${id}`, body: { disabled: true } })
  await world.parts.cleanup.round()
  expect([seqs(), await statuses()]).toEqual([[], ['failed']])
})
