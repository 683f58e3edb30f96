/**
 * Separate databases are never restored to one moment. What comes together by itself, what after one command, and what
 * is only reported: each is shown with the programs that docs/guides/backup.md names.
 */
import { join } from 'node:path'
import { provisionService, withClient } from '@micro/postgres'
import { systemClock } from '@micro/kernel'
import { eventually, redisAvailable, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Merchant } from './api.ts'
import { debianPostgresAvailable, startDebianPostgres, type DebianPostgres } from './debian-postgres.ts'
import { names, startDistributed, type Distributed } from './distributed.fixture.ts'
import { root, start } from './harness.ts'
import { allOf } from './attempts.ts'
import { openListener } from './stream-listener.ts'

const databases = { events: 'events', ledger: 'ledger', payments: 'payments', auth: 'microservices' } as const
type Service = keyof typeof databases
/** As the guide has it: each knows all that those before it were told. */
const order = Object.keys(databases) as Service[]

const available = redisAvailable() && debianPostgresAvailable()

describe.skipIf(!available)('databases restored to different moments', { timeout: 400_000 }, () => {
  let postgres: DebianPostgres
  let world: Distributed
  let merchant: Merchant
  let folder: TemporaryDirectory

  const startAll = () => Promise.all(names.map(world.run))
  const stopAll = async () => {
    for (const name of ['gateway', 'events', 'payments', 'ledger', 'auth'] as const) await world.end(name, 'SIGTERM')
  }
  const dump = (service: Service, moment: string) =>
    postgres.run(
      'pg_dump',
      '--format=custom',
      `--file=${join(folder.path, `${service}.${moment}`)}`,
      postgres.superuserUrl(databases[service]),
    )
  const restore = async (service: Service, moment: string) => {
    const database = databases[service]
    await withClient({ url: postgres.superuserUrl('postgres'), applicationName: 'test' }, (client) =>
      client.query(`drop database ${database} with (force)`),
    )
    const passwords = { owner: 'owner', app: 'app' }
    await provisionService({ superuserUrl: postgres.superuserUrl, service, database, passwords })
    postgres.run(
      'pg_restore',
      '--clean',
      '--if-exists',
      '--exit-on-error',
      `--dbname=${postgres.superuserUrl(database)}`,
      join(folder.path, `${service}.${moment}`),
    )
  }
  /** What payments and the ledger do not agree on, by the two queries of the guide. */
  const differences = () => {
    const ask = (service: Service, query: string) =>
      new Set(
        postgres.run('psql', '-Atc', query, postgres.superuserUrl(databases[service])).split('\n').filter(Boolean),
      )
    const charged = ask('payments', "select 'micro:charge:' || id from payments.charges where status = 'succeeded'")
    const booked = ask(
      'ledger',
      "select reference_id from ledger.transactions where reference_id like 'micro:charge:%'",
    )
    const without = (these: Set<string>, those: Set<string>) => new Set([...these].filter((each) => !those.has(each)))
    return { notBooked: without(charged, booked), notCharged: without(booked, charged) }
  }
  const program = async (path: string, service: Service, ...args: readonly string[]) =>
    start(process.execPath, [join(root, path), ...args], { env: world.envOf(service) }).ended

  const payments = { early: [] as string[], late: [] as string[] }
  const payThree = async (): Promise<string[]> => {
    const paid = [await pay(merchant.test), await pay(merchant.test), await pay(merchant.test)]
    return paid.map(({ body }) => body.id)
  }
  const referenceOf = (intents: readonly { [name: string]: unknown }[], ids: readonly string[]) =>
    new Set(ids.map((id) => `micro:charge:${String(intents.find((each) => each['id'] === id)?.['latest_charge'])}`))
  const settled = (count: number) =>
    eventually(
      async () => {
        expect(differences()).toEqual({ notBooked: new Set(), notCharged: new Set() })
        expect(await allOf(merchant.test, '/v1/events')).toHaveLength(count * 3)
      },
      { timeoutMs: 60_000, everyMs: 250 },
    )
  let lateReferences: Set<string>
  let since: string
  let newest: string

  beforeAll(async () => {
    folder = await temporaryDirectory()
    postgres = await startDebianPostgres()
    world = await startDistributed({ startPostgres: async () => postgres })
    await startAll()
    merchant = await newMerchant(world.urls.gateway)
    payments.early = await payThree()
    await settled(3)
    since = systemClock.now().toISOString()
    for (const service of order) dump(service, 'early')
    payments.late = await payThree()
    await settled(6)
    lateReferences = referenceOf(await allOf(merchant.test, '/v1/payment_intents'), payments.late)
    newest = (await allOf(merchant.test, '/v1/events'))[0]?.id ?? ''
    for (const service of order) dump(service, 'late')
    await stopAll()
  }, 400_000)
  afterAll(async () => {
    await world?.stop()
    await folder?.remove()
  }, 180_000)

  test('ledger and events older than payments: the difference is seen, and one command makes all of it come together', async () => {
    for (const service of order) await restore(service, service === 'ledger' || service === 'events' ? 'early' : 'late')
    expect(differences()).toEqual({ notBooked: lateReferences, notCharged: new Set() })

    const replayed = await program('services/payments/src/replay/main.ts', 'payments', '--since', since)
    expect([replayed.code, replayed.stderr]).toEqual([0, ''])
    expect(replayed.stdout).toContain(': 3 postings to the ledger, 9 events.')
    await startAll()
    await settled(6)
    const intents = await allOf(merchant.test, '/v1/payment_intents')
    expect(intents.map(({ id }) => id).toSorted()).toEqual([...payments.early, ...payments.late].toSorted())
    const verified = await program('services/ledger/src/verify/main.ts', 'ledger')
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringContaining('Ledger verified: 1 book, 6 transactions, 18 entries'),
    ])
    // A merchant has one source of events, told in the same order again, so cursors hold.
    const bearer = { authorization: `Bearer ${merchant.key}` }
    const resume = { after: 18, event: newest }
    const listener = await openListener(world.urls.gateway, bearer, resume)
    expect(listener.frames.at(-1)).toEqual({ type: 'ready', after: 18 })
    listener.socket.close()
    await stopAll()
  })

  test('payments older than ledger and events: what payments lost is reported, nothing is made up for it, and work goes on', async () => {
    for (const service of order) await restore(service, service === 'payments' ? 'early' : 'late')
    expect(differences()).toEqual({ notBooked: new Set(), notCharged: lateReferences })
    await startAll()
    for (const id of payments.late)
      expect((await merchant.test('GET', `/v1/payment_intents/${id}`)).body.error.code).toBe('resource_missing')
    const more = await payThree()
    await eventually(async () => expect(await allOf(merchant.test, '/v1/events')).toHaveLength(27), {
      timeoutMs: 60_000,
    })
    for (const id of more)
      expect((await merchant.test('GET', `/v1/payment_intents/${id}`)).body.status).toBe('succeeded')
    await eventually(() => expect(differences()).toEqual({ notBooked: new Set(), notCharged: lateReferences }))
    expect((await program('services/ledger/src/verify/main.ts', 'ledger')).code).toBe(0)
    await stopAll()
  })

  test('all as old as each other: a client that had seen more is told so, also once the order has grown past it', async () => {
    for (const service of order) await restore(service, 'early')
    await startAll()
    const bearer = { authorization: `Bearer ${merchant.key}` }
    const resume = { after: 18, event: newest }
    const ahead = await openListener(world.urls.gateway, bearer, resume)
    expect(await ahead.closed).toBe(4404)
    expect(ahead.frames.at(-1)).toMatchObject({ type: 'error', message: 'There is no event 18: the newest is 9.' })
    await payThree()
    await payThree()
    await settled(9)
    const overtaken = await openListener(world.urls.gateway, bearer, resume)
    expect(await overtaken.closed).toBe(4404)
    expect(overtaken.frames.at(-1)).toMatchObject({
      type: 'error',
      message: `Event 18 is not ${newest}: the events were restored from an earlier copy.`,
    })
    await stopAll()
  })
})
