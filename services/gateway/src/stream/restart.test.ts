/** Listening clients of a gateway that goes and comes back, over the real events service. */
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { followSse, followWebSocket, startStores, type Follower, type Stores } from './restart.fixture.ts'

const patient = { timeoutMs: 180_000, everyMs: 50 }

let stores: Stores
beforeAll(async () => {
  stores = await startStores(64 * 1024)
}, 120_000)
afterAll(() => stores?.close(), 60_000)

const allConnected = (followers: readonly Follower[]) =>
  eventually(() => expect(followers.filter((each) => !each.connected()).length).toBe(0), patient)

/** Everybody has all of its own merchant's events, in their order, each once. */
const allComplete = async (followers: readonly Follower[]): Promise<void> => {
  await eventually(() => expect(stores.waiting()).toBe(0), patient)
  for (const [merchant, own] of Map.groupBy(followers, (each) => each.merchant)) {
    const all = await stores.stored(merchant)
    await eventually(() => expect(own.filter(({ ids }) => ids.length < all.length).length).toBe(0), patient)
    for (const { ids, jumps } of own) {
      expect(jumps).toEqual([])
      expect(ids).toEqual(all)
    }
  }
}

test(
  'a thousand clients get every event of their merchant in order, without gap, over a restart, cut cables and absences',
  { timeout: 600_000 },
  async () => {
    const merchants = Array.from({ length: 10 }, (_, at) => `acct_many_${at}`)
    const keys = new Map(merchants.map((merchant) => [merchant, stores.auth.issue(merchant)]))
    const followers: Follower[] = []
    // In turns, since the kernel holds so many connections that nobody has accepted yet.
    for (let turn = 0; turn < 10; turn++) {
      for (const merchant of merchants) {
        const key = keys.get(merchant) ?? ''
        for (let at = 0; at < 10; at++) followers.push(followWebSocket(stores, merchant, key))
        if (turn < 2) followers.push(followSse(stores, merchant, key))
      }
      await allConnected(followers)
    }
    const eachAt = (every: number, act: (follower: Follower) => void): void =>
      followers.forEach((follower, at) => void (at % every === 0 && act(follower)))

    stores.happen(merchants, 20)
    await eventually(() => expect(followers.some(({ ids }) => ids.length > 0)).toBe(true), patient)
    eachAt(7, (follower) => follower.cut())
    eachAt(10, (follower) => follower.away(true))
    stores.happen(merchants, 20)
    await stores.stop()
    stores.happen(merchants, 10)
    await stores.start()
    stores.happen(merchants, 10)
    await allConnected(followers.filter((_, at) => at % 10 !== 0))
    eachAt(10, (follower) => follower.away(false))
    await allConnected(followers)
    stores.happen(merchants, 5)

    await allComplete(followers)
    expect(followers[0]?.ids).toHaveLength(65)
    for (const follower of followers) follower.leave()
  },
)

test(
  'readers that take nothing get the rest from the store once they do, in order, also over a restart',
  { timeout: 600_000 },
  async () => {
    const text = 'x'.repeat(12_000)
    const slow = ['acct_slow_a', 'acct_slow_b']
    const [overWebSocket, overSse] = slow.map((merchant, at) =>
      [followWebSocket, followSse][at]?.(stores, merchant, stores.auth.issue(merchant)),
    ) as [Follower, Follower]
    const both = [overWebSocket, overSse]
    await allConnected(both)
    const before = stores.reads('acct_slow_a')
    for (const each of both) each.paused(true)
    // More than may go unacknowledged, and than the network takes.
    stores.happen(slow, 400, text)
    await eventually(() => expect(stores.waiting()).toBe(0), patient)
    for (const each of both) each.paused(false)
    await allComplete(both)
    expect(stores.reads('acct_slow_a')).toBeGreaterThan(before)

    for (const each of both) each.paused(true)
    stores.happen(slow, 300, text)
    await eventually(() => expect(stores.waiting()).toBe(0), patient)
    // The one that ends waits for no reader; what they have not taken is lost on the way, and sent again.
    await stores.stop()
    for (const each of both) each.paused(false)
    await stores.start()
    await allComplete(both)
    for (const each of both) each.leave()
  },
)
