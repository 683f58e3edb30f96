import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay } from '../api.ts'
import { composeWorld, type Described } from './remote.ts'

const services = ['auth', 'payments', 'ledger', 'events'] as const

let world: Described
beforeAll(async () => {
  world = await composeWorld()
})

const containersOf = (service: string, from = world) =>
  from.containers.filter(({ name }) => new RegExp(`^${service}-\\d+$`).test(name))

test('everything is up: two of each service, a database each, and setup has ended', () => {
  for (const service of ['gateway', ...services]) expect(containersOf(service).length).toBeGreaterThanOrEqual(2)
  for (const service of services) expect(containersOf(`${service}-db`)).toHaveLength(1)
  for (const { name, starts } of world.containers) expect([name, starts]).toEqual([name, 1])
})

describe('replicas that start at once migrate their database once', () => {
  for (const service of services)
    test(service, async () => {
      const told = containersOf(service).map(({ log }) => log.match(/applied \d{4}_\w+\.sql/g) ?? [])
      const names = await readdir(new URL(`../../../services/${service}/migrations/`, import.meta.url))
      const files = names.filter((name) => name.endsWith('.sql')).map((name) => `applied ${name}`)
      expect(told.flat().toSorted()).toEqual(files.toSorted())
    })
})

test('no secret is in a log', async () => {
  const merchant = await newMerchant(world.gateways[0] ?? '')
  await pay(merchant.test)
  const { containers } = await composeWorld()
  for (const { name, log } of containers)
    for (const secret of [merchant.key, merchant.token, merchant.password, 'postgres://', '"d":'])
      expect([name, log.includes(secret)]).toEqual([name, false])
})

test('a service that dies is started again and goes on', async () => {
  const [, second] = containersOf('payments')
  process.kill(second?.pid ?? 0, 'SIGKILL')
  const merchant = await newMerchant(world.gateways[1] ?? '')
  await eventually(
    async () => {
      const again = (await composeWorld()).containers.find(({ name }) => name === second?.name)
      expect(again).toMatchObject({ starts: 2 })
      expect(again?.pid).not.toBe(second?.pid)
      expect((await pay(merchant.test)).body.status).toBe('succeeded')
    },
    { timeoutMs: 60_000, everyMs: 200 },
  )
})

test('each checkpoint lies outside the database, too, whichever replica signed it', async () => {
  const { gateways, volumes } = world
  const merchant = await newMerchant(gateways[0] ?? '')
  const kept: string[] = []
  for (const url of [...gateways, ...gateways]) {
    const call = caller(url, merchant.key)
    // Whom the test before killed may still be starting.
    await eventually(async () => expect((await pay(call)).status).toBe(200), { everyMs: 1_000 })
    await eventually(
      async () => {
        const { status, body } = await call('POST', '/ledger/checkpoints', { body: {} })
        // 200: the ledger had made one of this seq by itself.
        expect([200, 201]).toContain(status)
        expect(kept).not.toContain(body['token'])
        kept.push(String(body['token']))
      },
      // No oftener than the key's limit lets it, should the posting be made a moment later.
      { timeoutMs: 90_000, everyMs: 1_500 },
    )
  }
  const lines = (await readFile(join(volumes, 'ledger-checkpoints', 'checkpoints.ndjson'), 'utf8')).trim().split('\n')
  const tokens = lines.map((line) => (JSON.parse(line) as { token: string }).token)
  expect(new Set(kept).size).toBe(4)
  for (const token of kept) expect(tokens).toContain(token)
})
