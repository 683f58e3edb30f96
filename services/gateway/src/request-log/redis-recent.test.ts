import { Fault } from '@micro/kernel'
import { eventually, freePort, redisAvailable, startRedis, type TestRedis } from '@micro/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openRaw, closeAll } from '../limits/redis-limiter.fixture.ts'
import { newTenant, recentConformance, requestOf } from './conformance.ts'
import { keptMs, type RecentRequests } from './recent.ts'
import { redisRecent } from './redis-recent.ts'

let redis: TestRedis
const opened: RecentRequests[] = []

const open = (max: number, url = redis.url): RecentRequests => {
  const recent = redisRecent({ url, max, onError: () => {} })
  opened.push(recent)
  return recent
}
/** Reading fails until it is connected. */
const connected = async (max: number): Promise<RecentRequests> => {
  const recent = open(max)
  await eventually(async () => void (await recent.read(newTenant())))
  return recent
}

afterEach(() => {
  for (const one of opened.splice(0)) one.close()
  closeAll()
})

describe.skipIf(!redisAvailable())('redisRecent', () => {
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  describe('conforms', () => recentConformance(connected))

  test('what one gateway answered another one shows', async () => {
    const [here, there, tenant] = [await connected(10), await connected(10), newTenant()]
    here.keep(tenant, requestOf(1))
    await eventually(async () => expect(await there.read(tenant)).toEqual([requestOf(1)]))
  })

  test('Redis forgets a merchant a day after their last request', async () => {
    const [recent, tenant, raw] = [await connected(10), newTenant(), await openRaw(redis.url)]
    recent.keep(tenant, requestOf(1))
    await eventually(async () => expect(await recent.read(tenant)).toHaveLength(1))
    const leftMs = await raw.pTTL(`micro:request_log:test:${tenant.merchant}`)
    expect(leftMs).toBeGreaterThan(keptMs - 600_000)
    expect(leftMs).toBeLessThanOrEqual(keptMs)
  })

  test('a line that is no request is left out', async () => {
    const [recent, tenant, raw] = [await connected(10), newTenant(), await openRaw(redis.url)]
    await raw.rPush(`micro:request_log:test:${tenant.merchant}`, ['{', JSON.stringify(requestOf(1))])
    expect(await recent.read(tenant)).toEqual([requestOf(1)])
  })

  test('after Redis lost everything, what comes next is kept', async () => {
    const [recent, tenant] = [await connected(10), newTenant()]
    recent.keep(tenant, requestOf(1))
    await redis.restart()
    let n = 1
    await eventually(async () => {
      recent.keep(tenant, requestOf(++n))
      expect((await recent.read(tenant)).length).toBeGreaterThan(0)
    })
  })
})

test('without Redis nothing is kept, nobody waits, and who looks back is told to come again', async () => {
  const recent = open(10, `redis://127.0.0.1:${await freePort()}`)
  for (let n = 0; n < 10_000; n++) recent.keep(newTenant(), requestOf(n))
  const refused = await recent.read(newTenant()).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Fault)
  expect(refused).toMatchObject({ code: 'upstream_unavailable' })
})
