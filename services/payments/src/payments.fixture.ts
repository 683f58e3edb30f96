import { memoryBus } from '@micro/bus'
import type { BusMessages, LedgerTransaction, Mode, PaymentIntent } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { first, type Database } from '@micro/postgres'
import { createLogger, type AuditClient } from '@micro/service'
import { createEncryptionKeys, parseEncryptionKeys } from '@micro/signing'
import {
  fakeClock,
  injector,
  seededIds,
  testDatabase,
  type FakeClock,
  type TestDatabase,
  unwatched,
} from '@micro/testing'
import type { PaymentsConfig } from './config.ts'
import type { LedgerClient } from './movements/movement.work.ts'
import type { Posting } from './movements/posting.ts'
import type { Processor } from './processors/processor.ts'
import { simulatorProcessor } from './processors/simulator.work.ts'
import { createPayments, type PaymentsDependencies, type PaymentsParts } from './service.ts'

/** Short waits: nothing here needs to wait for a real processor. */
export const testConfig: PaymentsConfig = {
  fee: { basisPoints: 290n, fixed: 30n },
  disputeFee: 1500n,
  liveFee: { basisPoints: 0n, fixed: 0n },
  liveDisputeFee: 0n,
  settlementDays: 2,
  processorTimeoutMs: 150,
  lookupTimeoutMs: 100,
  patientLookupMs: 100,
  ledgerWaitMs: 150,
  chargeLeaseMs: 15_000,
  simulator: { latencyMs: 0, failurePercent: 0 },
  reconciliation: { everyMs: 60 * 60 * 1_000, graceMs: 60 * 60 * 1_000, days: 35 },
  publicUrl: 'http://gateway.test',
  encryptionKeys: parseEncryptionKeys(createEncryptionKeys(new Date(0))),
  processorUrls: ['https://api.stripe.com'],
}

/** For tests in which the processor is well, however busy the machine is. */
export const patientConfig: PaymentsConfig = {
  ...testConfig,
  processorTimeoutMs: 20_000,
  lookupTimeoutMs: 20_000,
  patientLookupMs: 20_000,
}

/** A ledger that books each reference once and can be down, slow, or lose its answer after booking. */
export const fakeLedger = () => {
  const booked = new Map<string, Posting>()
  const ledger = {
    booked,
    calls: 0,
    behaviour: 'up' as 'up' | 'down' | 'hangs' | 'answer_lost',
    client: {
      postSystemTransaction: async ({ body }: { body: Posting }): Promise<LedgerTransaction> => {
        ledger.calls++
        if (ledger.behaviour === 'down') throw new Error('the ledger is down')
        if (ledger.behaviour === 'hangs') await new Promise<never>(() => {})
        const known = booked.get(body.reference_id)
        if (known !== undefined && JSON.stringify(known) !== JSON.stringify(body)) throw new Error('reference_conflict')
        booked.set(body.reference_id, body)
        if (ledger.behaviour === 'answer_lost') throw new Error('the answer was lost')
        return { id: `ltx_of_${body.reference_id}` } as LedgerTransaction
      },
      readSystemTransactions: ({ body: { merchant, mode, references } }) => {
        const own = [...booked.values()].filter((posting) => posting.merchant === merchant && posting.mode === mode)
        const asked = own.filter(({ reference_id }) => references?.includes(reference_id) ?? true)
        return Promise.resolve({
          transactions: asked.map(({ reference_id, currency, entries }, at) => ({
            id: `ltx_of_${reference_id}`,
            seq: at + 1,
            reference_id,
            currency: currency ?? null,
            recorded_at: 0,
            entries: entries.map(({ account_id, amount, direction }) => ({
              account_id,
              amount_str: `${direction === 'debit' ? '-' : ''}${amount}`,
            })),
          })),
          next_before_seq: null,
        })
      },
      readSystemBalances: ({ body: { merchant, mode, id_prefix, references } }) => {
        if (ledger.behaviour === 'down')
          return Promise.reject(new Fault('upstream_unavailable', { service: 'ledger', retry_after: 1 }))
        const nets = new Map<string, bigint>()
        for (const posting of booked.values()) {
          if (posting.merchant !== merchant || posting.mode !== mode) continue
          for (const { account_id, amount, direction } of posting.entries)
            if (account_id.startsWith(id_prefix))
              nets.set(account_id, (nets.get(account_id) ?? 0n) + BigInt(amount) * (direction === 'credit' ? 1n : -1n))
        }
        return Promise.resolve({
          balances: [...nets].map(([account_id, net]) => ({
            account_id,
            currency: account_id.slice(id_prefix.length),
            balance_str: String(net),
          })),
          recorded: references.filter((reference) => booked.has(reference)),
        })
      },
    } satisfies LedgerClient,
  }
  return ledger
}

/** An audit log that has each entry once, and can be down. */
export const fakeAuditLog = () => {
  const entries = new Map<string, Readonly<Record<string, unknown>>>()
  const log = {
    entries,
    behaviour: 'up' as 'up' | 'down' | 'answer_lost',
    client: {
      recordAuditEntry: ({ body }) => {
        if (log.behaviour === 'down') return Promise.reject(new Error('auth is down'))
        entries.set(body.id, body)
        if (log.behaviour === 'answer_lost') return Promise.reject(new Error('the answer was lost'))
        return Promise.resolve({ id: body.id })
      },
    } satisfies AuditClient,
  }
  return log
}

export type Misbehaviour = 'throws_before' | 'throws_after' | 'hangs_before' | 'hangs_after' | undefined

/** Hands on to a real processor, misbehaving as told before or after the other side has done its part. */
export const faultyProcessor = (inner: Processor) => {
  const misbehave = async <T>(how: Misbehaviour, work: () => Promise<T>): Promise<T> => {
    if (how === 'throws_before') throw new Error('connection refused')
    if (how === 'hangs_before') return new Promise<never>(() => {})
    const result = await work()
    if (how === 'throws_after') throw new Error('connection reset')
    if (how === 'hangs_after') return new Promise<never>(() => {})
    return result
  }
  const faults = {
    /** Ids of the refunds that were sent, as often as they were. */
    refundsSent: [] as string[],
    refunding: [] as Misbehaviour[],
    findingRefunds: [] as Misbehaviour[],
    telling: [] as Misbehaviour[],
  }
  const processor = {
    charges: [] as Misbehaviour[],
    captures: [] as Misbehaviour[],
    capturesFound: [] as Misbehaviour[],
    voids: [] as Misbehaviour[],
    captured: 0,
    finds: [] as Misbehaviour[],
    verifications: [] as Misbehaviour[],
    sent: 0,
    charge(...args: Parameters<Processor['charge']>) {
      processor.sent++
      return misbehave(processor.charges.shift(), () => inner.charge(...args))
    },
    challenges: (...args: Parameters<Processor['challenges']>) => inner.challenges(...args),
    capture(...args: Parameters<Processor['capture']>) {
      processor.captured++
      return misbehave(processor.captures.shift(), () => inner.capture(...args))
    },
    findCapture(...args: Parameters<Processor['findCapture']>) {
      return misbehave(processor.capturesFound.shift(), () => inner.findCapture(...args))
    },
    void(...args: Parameters<Processor['void']>) {
      return misbehave(processor.voids.shift(), () => inner.void(...args))
    },
    find(...args: Parameters<Processor['find']>) {
      return misbehave(processor.finds.shift(), () => inner.find(...args))
    },
    verify(...args: Parameters<Processor['verify']>) {
      return misbehave(processor.verifications.shift(), () => inner.verify(...args))
    },
    ...faults,
    refunds: {
      send: (...args: Parameters<Processor['refunds']['send']>) => {
        faults.refundsSent.push(args[0].id)
        return misbehave(faults.refunding.shift(), () => inner.refunds.send(...args))
      },
      find: (...args: Parameters<Processor['refunds']['find']>) =>
        misbehave(faults.findingRefunds.shift(), () => inner.refunds.find(...args)),
      cancel: (...args: Parameters<Processor['refunds']['cancel']>) =>
        misbehave(faults.refunding.shift(), () => inner.refunds.cancel(...args)),
    },
    disputes: {
      submit: (...args: Parameters<Processor['disputes']['submit']>) =>
        misbehave(faults.telling.shift(), () => inner.disputes.submit(...args)),
      accept: (...args: Parameters<Processor['disputes']['accept']>) =>
        misbehave(faults.telling.shift(), () => inner.disputes.accept(...args)),
    },
    reports: inner.reports,
    settlement: inner.settlement,
  }
  return processor
}

export interface Answer {
  readonly status: number
  readonly text: string
  readonly body: PaymentIntent & {
    error: Record<string, unknown> & { payment_intent: PaymentIntent }
    data: PaymentIntent[]
    has_more: boolean
    url: string
  }
  readonly headers: Record<string, unknown>
}

export interface CallOptions {
  readonly merchant?: string
  readonly mode?: Mode
  readonly key?: string
  readonly body?: object
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** With the key that web pages carry. */
  readonly publishable?: boolean
}

/** Calls a service's HTTP interface for a merchant of its choice. */
export const caller = ({ service }: PaymentsParts) => {
  const inject = injector(service)
  return async (
    path: string,
    { merchant = 'acct_a', mode = 'test', key, body, method, publishable }: CallOptions = {},
  ): Promise<Answer> => {
    const answer = await inject(
      publishable === true
        ? { kind: 'publishable_key', merchant, mode, keyId: 'key_2' }
        : { kind: 'api_key', merchant, mode, keyId: 'key_1', scopes: ['*'] },
      {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        url: path,
        headers: key === undefined ? {} : { 'idempotency-key': key },
        body,
      },
    )
    return { ...answer, body: answer.body as unknown as Answer['body'] }
  }
}

export interface EventRow {
  type: string
  merchant: string
  mode: string
  request_id: string | null
  idempotency_key: string | null
  object: Record<string, unknown>
}

export interface Bench extends AsyncDisposable {
  readonly config: PaymentsConfig
  readonly database: TestDatabase
  readonly clock: FakeClock
  readonly ledger: ReturnType<typeof fakeLedger>
  readonly auditLog: ReturnType<typeof fakeAuditLog>
  readonly processor: ReturnType<typeof faultyProcessor>
  readonly parts: PaymentsParts
  readonly call: ReturnType<typeof caller>
  readonly logged: string[]
  /** Another process of the same service, on the same database. */
  another(changes?: Partial<PaymentsDependencies>): { parts: PaymentsParts; call: ReturnType<typeof caller> }
  events(objectId: string): Promise<EventRow[]>
  /** What the simulator has really charged for an intent. */
  simulated(intent: string): Promise<number>
  chargesOf(intent: string): Promise<Record<string, unknown>[]>
  /** The movement that an intent's success made. */
  movementOf(intent: string): Promise<Record<string, unknown> | undefined>
}

/** A payments service on a database of its own, with everything around it under the test's control. */
export const createBench = async (changes: Partial<PaymentsDependencies> = {}): Promise<Bench> => {
  const database = await testDatabase('payments')
  const { db } = database
  const clock = fakeClock()
  const ledger = fakeLedger()
  const auditLog = fakeAuditLog()
  const processor = faultyProcessor(simulatorProcessor({ db, clock: changes.clock ?? clock }))
  const logged: string[] = []
  let seed = 0
  const another: Bench['another'] = (more = {}) => {
    const parts = createPayments({
      db,
      clock,
      newId: seededIds(++seed, changes.clock ?? clock),
      config: testConfig,
      log: createLogger({ service: 'payments', destination: { write: (line: string) => void logged.push(line) } }),
      bus: memoryBus<BusMessages>({ onError: () => {} }),
      ledger: ledger.client,
      auth: auditLog.client,
      processors: { test: processor, live: undefined },
      publicUrl: () => testConfig.publicUrl ?? '',
      ...unwatched('payments'),
      ...changes,
      ...more,
    })
    return { parts, call: caller(parts) }
  }
  return {
    config: testConfig,
    database,
    clock,
    ledger,
    auditLog,
    processor,
    logged,
    another,
    ...another(),
    events: (objectId) => eventsOf(db, objectId),
    simulated: (intent) => simulatedCharges(db, intent),
    chargesOf: (intent) =>
      db.sql`select * from payments.charges where payment_intent = ${intent} order by created_at, id`,
    movementOf: async (intent) =>
      first(await db.sql`select * from payments.movements where metadata ->> 'payment_intent' = ${intent}`),
    [Symbol.asyncDispose]: () => database.close(),
  }
}

const eventsOf = (db: Database, objectId: string) => db.sql<EventRow>`
  select type, merchant, mode, request_id, idempotency_key, object from payments.outbox
  where object ->> 'id' = ${objectId} or object ->> 'payment_intent' = ${objectId}
  order by id`

const simulatedCharges = async (db: Database, intent: string): Promise<number> =>
  (
    await db.sql`
      select s.id from payments.simulator_charges s join payments.charges c using (id)
      where c.payment_intent = ${intent} and s.outcome ->> 'kind' = 'succeeded'`
  ).length
