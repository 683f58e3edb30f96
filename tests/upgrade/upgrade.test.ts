/** What an older version left must be worth as much to this one: its data, its keys, its half-done work. */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verifyLedger } from '@micro/ledger/verify'
import {
  createDatabase,
  dumpSchema,
  migrate,
  MigrationError,
  readMigrations,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@micro/postgres'
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, pay } from '../e2e/api.ts'
import { micro, type Micro } from '../e2e/harness.ts'
import { allOf } from '../e2e/attempts.ts'
import { openListener } from '../e2e/stream-listener.ts'
import {
  databases,
  keptVersions,
  migrationsOf,
  openOldDatabase,
  readSnapshot,
  services,
  writeSecrets,
  type OldDatabase,
  type Service,
  type Snapshot,
} from './old-installation.ts'
import { lost } from './schema-lines.ts'

const versions = await keptVersions()

/** What an older process does miss, by service, where nothing else was possible. */
const exceptions: Partial<Record<Service, readonly string[]>> = {
  // Each transaction is chained by hashes that only who records it can vouch for, so no default can stand in for them:
  // an older process reads on, while what it records is refused and tried again (0004_chain_of_hashes.sql).
  ledger: [
    'new column ledger.transactions.effective_at has no default',
    'new column ledger.transactions.content_hash has no default',
    'new column ledger.transactions.hash has no default',
  ],
}

describe.each(versions)('from %s', { timeout: 180_000 }, (version) => {
  let data: TemporaryDirectory
  let aside: TemporaryDirectory
  let snapshot: Snapshot
  let postgres: EmbeddedPostgres
  let platform: Micro | undefined
  const old = {} as Record<Service, OldDatabase>
  const schemas = {} as Record<Service, string>

  const schemaOf = async (service: Service): Promise<string> => {
    const url = postgres.superuserUrl(databases[service])
    const database = createDatabase({ url, applicationName: 'upgrade test', poolSize: 2 })
    try {
      return await dumpSchema(database, service)
    } finally {
      await database.close()
    }
  }

  beforeAll(async () => {
    ;[data, aside] = [await temporaryDirectory(), await temporaryDirectory()]
    snapshot = await readSnapshot(version)
    postgres = await startEmbeddedPostgres({ directory: join(data.path, 'postgres') })
    for (const service of services) {
      old[service] = await openOldDatabase(postgres, service, { snapshot, aside: aside.path })
      schemas[service] = await schemaOf(service)
    }
    await writeSecrets(data.path, snapshot)
  }, 180_000)
  afterAll(async () => {
    await platform?.stop()
    await postgres?.stop()
    await Promise.all([data.remove(), aside.remove()])
  }, 180_000)

  describe.each(services)('%s', (service) => {
    test('has the migrations of then unchanged among its own', async () => {
      const now = new Map((await readMigrations(migrationsOf(service))).map(({ name, checksum }) => [name, checksum]))
      for (const [name, checksum] of Object.entries(snapshot.migrations[service])) expect(now.get(name)).toBe(checksum)
    })

    test('keeps all the old version had when a migration fails in its middle', async () => {
      const folder = join(aside.path, `${service}-broken`)
      const { migrations, ownerUrl } = old[service]
      await mkdir(folder)
      for (const name of await readdir(migrations)) await copyFile(join(migrations, name), join(folder, name))
      const half = `create table ${service}.half (x int);\nalter table ${service}.migrations rename to gone;\nselect 1 / 0;\n`
      await writeFile(join(folder, '9999_break.sql'), half)
      const failure = await migrate({ url: ownerUrl, schema: service, directory: folder }).catch(
        (error: unknown) => error,
      )
      expect(failure).toBeInstanceOf(MigrationError)
      expect((failure as Error).message).toContain('9999_break.sql')
      expect(await schemaOf(service)).toBe(schemas[service])
    })

    test('is brought up to date, and a process of the old version still finds all it reads and writes, but for what is excepted', async () => {
      await migrate({ url: old[service].ownerUrl, schema: service, directory: migrationsOf(service) })
      expect(lost(schemas[service], await schemaOf(service))).toEqual(exceptions[service] ?? [])
    })
  })

  test('the ledger verifies', async () => {
    const ledger = createDatabase({ url: postgres.superuserUrl('ledger'), applicationName: 'upgrade test' })
    const transactions = snapshot.people.reduce((sum, person) => sum + person.transactions, 0)
    expect(await verifyLedger(ledger)).toMatchObject({ transactions, findings: [] })
    await ledger.close()
  })

  describe('started on it', () => {
    const called = (prefix: string, key: string) => caller(platform?.url ?? '', prefix + key)
    beforeAll(async () => {
      await postgres.stop()
      platform = await micro({ dataDir: data.path })
    }, 180_000)

    test('people log in, and who was logged in still is', async () => {
      const anyone = caller(platform?.url ?? '')
      for (const { email, password, refresh_token } of snapshot.people) {
        expect((await anyone('POST', '/auth/login', { body: { email, password } })).status).toBe(200)
        const refreshed = await anyone('POST', '/auth/refresh', { body: { refresh_token } })
        expect(refreshed.status).toBe(200)
        const me = await caller(platform?.url ?? '', String(refreshed.body['token']))('GET', '/auth/me')
        expect([me.status, JSON.stringify(me.body)]).toEqual([200, expect.stringContaining(email)])
      }
    })

    test('keys work, in their own mode, and every payment is as it was left', async () => {
      for (const { keys, intents } of snapshot.people) {
        expect(await allOf(called('sk_live_', keys.live), '/v1/payment_intents')).toHaveLength(1)
        const states = new Map(
          (await allOf(called('sk_test_', keys.test), '/v1/payment_intents')).map(({ id, status }) => [id, status]),
        )
        expect(states.size).toBe(9)
        for (const [name, status] of [
          ['succeeded', 'succeeded'],
          ['declined', 'requires_payment_method'],
          ['canceled', 'canceled'],
          ['open', 'requires_payment_method'],
          ['waiting', 'requires_confirmation'],
        ] as const)
          expect([name, states.get(intents[name] ?? '')]).toEqual([name, status])
      }
    })

    test('every merchant has a publishable key for each mode by now', async () => {
      for (const { keys } of snapshot.people)
        for (const mode of ['test', 'live'] as const)
          await eventually(async () => {
            const me = await called(`sk_${mode}_`, keys[mode])('GET', '/auth/me')
            expect(me.body['publishable_key']).toMatch(new RegExp(`^pk_${mode}_\\w{38}$`))
          })
    })

    test('an idempotency key still answers as it did', async () => {
      for (const { keys, intents } of snapshot.people) {
        const again = await called('sk_test_', keys.test)(
          'POST',
          `/v1/payment_intents/${intents['declined']}/confirm`,
          {
            body: { payment_method: 'pm_card_chargeDeclined' },
            key: 'decline-1',
          },
        )
        expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([402, 'true'])
      }
    })

    test('balances are as they were, the half-done payment is done, a waiting one and a new one work', async () => {
      for (const { keys, intents, balances, transactions } of snapshot.people) {
        const call = called('sk_test_', keys.test)
        const stateOf = async (name: string) => (await call('GET', `/v1/payment_intents/${intents[name]}`)).body.status
        await eventually(async () => expect(await stateOf('unfinished')).toBe('succeeded'), { timeoutMs: 60_000 })
        const confirmed = await call('POST', `/v1/payment_intents/${intents['waiting']}/confirm`, { body: {} })
        expect([confirmed.status, confirmed.body.status]).toEqual([200, 'succeeded'])
        expect((await pay(call, 300)).body.status).toBe('succeeded')
        await eventually(async () => expect(await allOf(call, '/ledger/transactions')).toHaveLength(transactions + 3), {
          timeoutMs: 60_000,
        })
        const now = new Map((await allOf(call, '/ledger/accounts')).map((each) => [each.id, each['balance']]))
        expect(now.get('acc_bank')).toBe(balances['acc_bank'])
        expect(now.get('sys_processor_receivable_usd')).toBe(
          (balances['sys_processor_receivable_usd'] ?? 0) + 7100 + 2500 + 300,
        )
      }
    })

    test('what was told of a payment then is found by the payment', async () => {
      for (const { keys } of snapshot.people) {
        const call = called('sk_test_', keys.test)
        const events = (await call('GET', '/v1/events?type=charge.*&limit=100')).body.data
        expect(events).not.toEqual([])
        for (const { id, data } of events) {
          const { payment_intent: payment } = data.object as { payment_intent?: string }
          const found = (await call('GET', `/v1/events?related_object=${payment}&limit=100`)).body.data
          expect(found.map((each) => each.id)).toContain(id)
          expect(found.map((each) => each.type)).toContain('payment_intent.created')
        }
      }
    })

    test('a stream goes on from an old cursor: every event of then, and those of now after them', async () => {
      for (const { keys, events } of snapshot.people) {
        const bearer = { authorization: `Bearer sk_test_${keys.test}` }
        const listener = await openListener(platform?.url ?? '', bearer, { after: 3, event: events[2] ?? '' })
        await eventually(() => expect(listener.events().length).toBeGreaterThan(events.length - 3))
        const ids = listener.events().map(({ id }) => id)
        expect(ids.slice(0, events.length - 3)).toEqual(events.slice(3))
        expect(listener.events().map(({ seq }) => seq)).toEqual(ids.map((_, at) => at + 4))
        // What the ledger recorded before it told anything stays untold.
        expect(listener.events().filter(({ type }) => type.startsWith('ledger.'))).toEqual([])
        listener.socket.close()
      }
    })
  })
})
