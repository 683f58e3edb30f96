import { createMetricsRegistry } from '@micro/service'
import { newEncryptionKey, parseEncryptionKeys, seal } from '@micro/signing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBench, patientConfig, type Bench, type CallOptions } from '../payments.fixture.ts'
import { keyPlace } from '../processors/configured.ts'
import type { PaymentsParts } from '../service.ts'

const dayMs = 86_400_000

let bench: Bench

const call = async (path: string, options: CallOptions = {}) => {
  const answer = await bench.call(path, options)
  if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`)
  return answer.body as unknown as { id: string; status: string; latest_charge: string; data: { id: string }[] }
}
const pay = (merchant: string, more: object = {}) =>
  call('/v1/payment_intents', {
    merchant,
    body: { amount: 2_000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, ...more },
  })

interface Kind {
  /** Makes an item of the merchant's that is due, or will be within 20 days; its id. */
  readonly make: (merchant: string) => Promise<string>
  readonly round: (parts: PaymentsParts) => Promise<unknown>
  /** Whether its table says that it is done. */
  readonly done: (id: string) => Promise<{ done: boolean }[]>
}

const kinds: Record<string, Kind> = {
  charge: {
    async make(merchant) {
      bench.processor.charges = ['throws_after']
      bench.processor.finds = ['throws_before']
      return (await pay(merchant)).latest_charge
    },
    round: (parts) => parts.completer.round(),
    done: (id) => bench.database.db.sql`select status = 'succeeded' as done from payments.charges where id = ${id}`,
  },
  capture: {
    async make(merchant) {
      const { id, latest_charge: charge } = await pay(merchant, { capture_method: 'manual' })
      bench.processor.captures = ['throws_after']
      bench.processor.capturesFound = ['throws_before']
      await call(`/v1/payment_intents/${id}/capture`, { merchant, body: {} })
      return charge
    },
    round: (parts) => parts.completer.round(),
    done: (id) =>
      bench.database.db.sql`select status = 'succeeded' as done from payments.captures where charge = ${id}`,
  },
  refund: {
    async make(merchant) {
      const { latest_charge: charge } = await pay(merchant)
      bench.processor.refunding.push('throws_after')
      bench.processor.findingRefunds.push('throws_before')
      return (await call('/v1/refunds', { merchant, body: { charge } })).id
    },
    round: (parts) => parts.afterwards.refunds.round(),
    done: (id) => bench.database.db.sql`select status = 'succeeded' as done from payments.refunds where id = ${id}`,
  },
  authorisation: {
    make: async (merchant) => (await pay(merchant, { capture_method: 'manual' })).latest_charge,
    round: (parts) => parts.expiry.round(),
    done: (id) => bench.database.db.sql`select released_at is not null as done from payments.charges where id = ${id}`,
  },
  dispute: {
    async make(merchant) {
      const { latest_charge: charge } = await pay(merchant, { payment_method: 'pm_card_createDispute' })
      await bench.parts.afterwards.reports.round()
      return (await call(`/v1/disputes?charge=${charge}`, { merchant })).data[0]?.id ?? ''
    },
    round: (parts) => parts.afterwards.disputes.round(),
    done: (id) => bench.database.db.sql`select status = 'lost' as done from payments.disputes where id = ${id}`,
  },
  payout: {
    async make(merchant) {
      await pay(merchant)
      await call('/v1/test_helpers/clock/advance', { merchant, body: { advance_by: 3 * 86_400 } })
      return (await call('/v1/payouts', { merchant, body: { amount: 100, currency: 'usd' } })).id
    },
    round: (parts) => parts.payouts.round(),
    done: (id) => bench.database.db.sql`select status = 'paid' as done from payments.payouts where id = ${id}`,
  },
  checkout_session: {
    async make(merchant) {
      const line = { quantity: 1, price_data: { currency: 'usd', unit_amount: 900, product_data: { name: 'Hat' } } }
      const body = { mode: 'payment', success_url: 'https://shop.example/', line_items: [line] }
      return (await call('/v1/checkout/sessions', { merchant, body })).id
    },
    round: (parts) => parts.sessions.round(),
    done: (id) =>
      bench.database.db.sql`select status = 'expired' as done from payments.checkout_sessions where id = ${id}`,
  },
}

/** From now on the database refuses whatever would bring something of theirs to its end; taking it up changes no status. */
const poison = async (): Promise<void> => {
  const { sql } = bench.database.owner
  await sql`create function payments.refuse() returns trigger language plpgsql as $$ begin raise 'poisoned'; end $$`
  await sql`
    do $$ declare kind text; begin
      foreach kind in array array[
        'charges', 'captures', 'refunds', 'payment_intents', 'disputes', 'payouts', 'checkout_sessions'] loop
        execute format(
          'create trigger poison before update of status on payments.%I for each row '
          'when (new.merchant like ''acct_a_poisoned%%'') execute function payments.refuse()', kind);
      end loop;
    end $$`
}

const setbackOf = async (item: string) => {
  const [row] = await bench.database.db.sql<{ attempts: number; after: Date }>`
    select attempts, after from payments.setbacks where item = ${item}`
  return row
}
const failuresOf = (item: string) =>
  bench.logged.filter((line) => line.includes('background.failed') && line.includes(item))

beforeEach(async () => {
  bench = await createBench({ config: patientConfig })
})
afterEach(() => bench[Symbol.asyncDispose]())

describe('what fails whatever is done keeps nobody from theirs, is logged each time, and waits longer each time', () => {
  for (const [kind, { make, round, done }] of Object.entries(kinds))
    test(kind, async () => {
      const [bad, good] = [await make('acct_a_poisoned'), await make('acct_b_fine')]
      await poison()
      bench.clock.advance(20 * dayMs)
      await round(bench.parts)
      expect([await done(bad), await done(good)]).toEqual([[{ done: false }], [{ done: true }]])
      expect(await setbackOf(good)).toBeUndefined()
      const first = await setbackOf(bad)
      expect(first?.attempts).toBe(1)
      expect(failuresOf(bad)).toHaveLength(1)

      await round(bench.parts)
      expect(failuresOf(bad), 'it is not its turn yet').toHaveLength(1)
      let waitedMs = (first?.after.getTime() ?? 0) - bench.clock.now().getTime()
      for (let attempts = 2; attempts < 5; attempts++) {
        bench.clock.advance(waitedMs)
        await round(bench.parts)
        const next = await setbackOf(bad)
        expect(next?.attempts).toBe(attempts)
        const waitsMs = (next?.after.getTime() ?? 0) - bench.clock.now().getTime()
        expect(waitsMs).toBeGreaterThan(waitedMs)
        waitedMs = waitsMs
      }
      expect(failuresOf(bad)).toHaveLength(4)

      await bench.database.owner.sql`drop function payments.refuse() cascade`
      bench.clock.advance(waitedMs)
      await round(bench.parts)
      expect([await done(bad), await setbackOf(bad)]).toEqual([[{ done: true }], undefined])
    })
})

test('a key that cannot be opened keeps no other from being sealed anew', async () => {
  const configure = async (merchant: string) => {
    const body = { kind: 'stripe', secret_key: 'sk_live_of_somebody', currencies: ['usd'] }
    return (await call('/payments/processors', { merchant, mode: 'live', body })).id
  }
  const [bad, good] = [await configure('acct_a'), await configure('acct_b')]
  const lost = parseEncryptionKeys(JSON.stringify({ keys: [newEncryptionKey(new Date(1))] }))
  const place = keyPlace({ merchant: 'acct_a', mode: 'live', id: bad })
  await bench.database.db.sql`
    update payments.processors set secret_key = ${seal(lost, place, 'sk_live_of_somebody')} where id = ${bad}`
  const fresh = parseEncryptionKeys(JSON.stringify({ keys: [newEncryptionKey(new Date(2))] }))
  const old = patientConfig.encryptionKeys?.current
  if (old === undefined) throw new Error('there is no key')
  const { parts } = bench.another({
    config: { ...patientConfig, encryptionKeys: { current: fresh.current, previous: [old] } },
  })
  await parts.resealing.round()
  const rows = await bench.database.db.sql<{ id: string; key: string }>`
    select id, split_part(secret_key, '.', 2) as key from payments.processors`
  expect(new Map(rows.map(({ id, key }) => [id, key]))).toEqual(
    new Map([
      [bad, lost.current.id],
      [good, fresh.current.id],
    ]),
  )
  expect((await setbackOf(bad))?.attempts).toBe(1)
})

test('items that fail again and again show as stuck, by their kind', async () => {
  const registry = createMetricsRegistry()
  bench.another({ metrics: registry.of('payments') })
  await bench.database.db.sql`
    insert into payments.setbacks (work, item, merchant, mode, attempts, after, since)
    values ('payout', 'po_1', 'acct_a', 'test', 5, now(), now()), ('payout', 'po_2', 'acct_a', 'test', 4, now(), now())`
  const text = await registry.text()
  expect(text).toContain('micro_background_items_stuck{service="payments",work="payout"} 1')
  expect(text).toContain('micro_background_items_stuck{service="payments",work="charge"} 0')
})

test('reports that nobody understands keep no other from being heard', async () => {
  const { merchant, charge } = { merchant: 'acct_b', charge: (await pay('acct_b')).latest_charge }
  const tell = (subject: string, report: object) => bench.database.db.sql`
    insert into payments.simulator_reports (subject, report, due_at) values (${subject}, ${report}, ${bench.clock.now()})`
  const dispute = { charge, reason: 'fraudulent', inquiry: false, responseMs: dayMs }
  // A dispute of nothing is not understood, however often it is told: more of them than are read at once.
  for (let at = 0; at < 60; at++)
    await tell(`bad_${at}`, { kind: 'dispute_opened', dispute: { ...dispute, id: `bad_${at}`, amount: '0' } })
  await tell('good', { kind: 'dispute_opened', dispute: { ...dispute, id: 'good', amount: '100' } })
  for (let round = 0; round < 4; round++) await bench.parts.afterwards.reports.round()
  const heard = await bench.database.db.sql`select processor_id from payments.disputes where merchant = ${merchant}`
  expect(heard).toEqual([{ processor_id: 'good' }])
})
