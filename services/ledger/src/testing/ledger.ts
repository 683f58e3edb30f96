/** A ledger on a database of its own, called the way a gateway calls it. */
import type { AccountType, MerchantPrincipal, Mode, NewEntry } from '@micro/contracts'
import { injector, testDatabase, testRuntime, type TestDatabase } from '@micro/testing'
import { expect } from 'vitest'
import { createLedger } from '../service.ts'
import type { LedgerConfig } from '../config.ts'
import { testConfig } from './config.ts'

export const merchant = (name = 'acct_a', mode: Mode = 'test'): MerchantPrincipal => ({
  kind: 'api_key',
  merchant: name,
  mode,
  scopes: ['*'],
})
export const payments = { kind: 'service', service: 'payments' } as const

export interface Envelope {
  readonly code: string
  readonly param?: string
  readonly message: string
}

/** `given`: a database that is there already, whose ledger is then one of several processes'. */
export const startLedger = async ({
  poolSize = 10,
  database: given,
  seed = 1,
  config = testConfig(),
}: { poolSize?: number; database?: TestDatabase; seed?: number; config?: LedgerConfig } = {}) => {
  const database: TestDatabase = given ?? (await testDatabase('ledger', { poolSize }))
  const runtime = testRuntime({ seed })
  // Nothing is verified by itself: a test that is about it does one round at a time.
  const { service, verifier } = createLedger(
    { ...runtime, db: database.db, config },
    { background: false, connections: poolSize },
  )
  const call = injector(service)
  await service.start()
  const post = (who: MerchantPrincipal | typeof payments, url: string, body: unknown) =>
    call(who, { method: 'POST', url, body })

  return {
    database,
    service,
    verifier,
    clock: runtime.clock,
    call,
    get: (who: MerchantPrincipal, url: string) => call(who, { url }),
    post,
    /** Makes an account that must be new. */
    account: async (
      who: MerchantPrincipal,
      id: string,
      { type = 'asset', ...rest }: { type?: AccountType; currency?: string } = {},
    ) => {
      const { status, body } = await post(who, '/ledger/accounts', { id, name: `The ${id}`, type, ...rest })
      expect({ status, body }).toMatchObject({ status: 201 })
    },
    record: (who: MerchantPrincipal, reference_id: string, entries: readonly NewEntry[], rest: object = {}) =>
      post(who, '/ledger/transactions', { reference_id, entries, ...rest }),
    /** Ends the service and leaves the database. */
    stop: () => service.stop(),
    close: async () => {
      await service.stop()
      await database.close()
    },
  }
}

export type Ledger = Awaited<ReturnType<typeof startLedger>>

/** A transfer in signed form: credits `to`, debits `from`. */
export const move = (amount: number | string, { from, to }: { from: string; to: string }): NewEntry[] => [
  { account_id: to, amount },
  { account_id: from, amount: String(amount).startsWith('-') ? String(amount).slice(1) : `-${amount}` },
]

export const errorOf = ({ body }: { body: Record<string, unknown> }): Envelope => body['error'] as Envelope

/** How many answers had which status. */
export const tally = (answers: readonly { status: number }[]): Record<number, number> => {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Balances must equal the fold of the entries, every transaction sum to zero, every book count without gaps. */
export const expectSound = async ({ database }: Ledger): Promise<void> => {
  const { sql } = database.owner
  expect(
    await sql`
    select a.public_id from ledger.accounts a
    left join ledger.entries e on e.lane = a.lane and e.book = a.book and e.account = a.id
    left join ledger.transactions t on t.lane = e.lane and t.book = e.book and t.seq = e.seq
    group by a.lane, a.book, a.id
    having a.posted_credits <> coalesce(sum(e.amount) filter (where e.layer = 'posted' and e.amount > 0), 0)
      or a.posted_debits <> coalesce(-sum(e.amount) filter (where e.layer = 'posted' and e.amount < 0), 0)
      or a.pending_credits <>
        coalesce(sum(e.amount) filter (where e.layer = 'pending' and (e.amount > 0) = (t.kind = 'hold')), 0)
      or a.pending_debits <>
        coalesce(-sum(e.amount) filter (where e.layer = 'pending' and (e.amount < 0) = (t.kind = 'hold')), 0)
      or a.version <> count(e.leg)`,
  ).toEqual([])
  expect(
    await sql`
    select t.seq from ledger.transactions t left join ledger.entries e using (lane, book, seq)
    group by t.lane, t.book, t.seq having coalesce(sum(e.amount), 1) <> 0 or count(e.leg) <> t.entry_count
      or sum(e.amount) filter (where e.layer = 'pending') <> 0`,
  ).toEqual([])
  expect(
    await sql`
    select b.id from ledger.books b left join ledger.transactions t on t.lane = b.lane and t.book = b.id
    group by b.lane, b.id having b.last_seq <> count(t.seq) or b.last_seq <> coalesce(max(t.seq), 0)`,
  ).toEqual([])
}
