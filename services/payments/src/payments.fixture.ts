import { memoryBus } from '@micro/bus'
import type { BusMessages, LedgerTransaction, Mode, PaymentIntent } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { createLogger } from '@micro/service'
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
import type { Posting } from './posting/posting.ts'
import type { LedgerClient } from './posting/posting.work.ts'
import type { Processor } from './processors/processor.ts'
import { simulatorProcessor } from './processors/simulator.work.ts'
import { createPayments, type PaymentsDependencies, type PaymentsParts } from './service.ts'

/** Short waits: nothing here needs to wait for a real processor. */
export const testConfig: PaymentsConfig = {
  fee: { basisPoints: 290n, fixed: 30n },
  processorTimeoutMs: 150,
  lookupTimeoutMs: 100,
  ledgerWaitMs: 150,
  chargeLeaseMs: 15_000,
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
    } satisfies LedgerClient,
  }
  return ledger
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
  const processor = {
    charges: [] as Misbehaviour[],
    finds: [] as Misbehaviour[],
    sent: 0,
    charge(...args: Parameters<Processor['charge']>) {
      processor.sent++
      return misbehave(processor.charges.shift(), () => inner.charge(...args))
    },
    find(...args: Parameters<Processor['find']>) {
      return misbehave(processor.finds.shift(), () => inner.find(...args))
    },
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
  readonly method?: 'GET' | 'POST'
}

/** Calls a service's HTTP interface for a merchant of its choice. */
export const caller = ({ service }: PaymentsParts) => {
  const inject = injector(service)
  return async (
    path: string,
    { merchant = 'acct_a', mode = 'test', key, body, method }: CallOptions = {},
  ): Promise<Answer> => {
    const answer = await inject(
      { kind: 'api_key', merchant, mode, keyId: 'key_1', scopes: ['*'] },
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
}

/** A payments service on a database of its own, with everything around it under the test's control. */
export const createBench = async (changes: Partial<PaymentsDependencies> = {}): Promise<Bench> => {
  const database = await testDatabase('payments')
  const { db } = database
  const clock = fakeClock()
  const ledger = fakeLedger()
  const processor = faultyProcessor(simulatorProcessor({ db, clock }))
  const logged: string[] = []
  let seed = 0
  const another: Bench['another'] = (more = {}) => {
    const parts = createPayments({
      db,
      clock,
      newId: seededIds(++seed, clock),
      config: testConfig,
      log: createLogger({ service: 'payments', destination: { write: (line: string) => void logged.push(line) } }),
      bus: memoryBus<BusMessages>({ onError: () => {} }),
      ledger: ledger.client,
      processors: { test: processor, live: undefined },
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
    processor,
    logged,
    another,
    ...another(),
    events: (objectId) => eventsOf(db, objectId),
    simulated: (intent) => simulatedCharges(db, intent),
    chargesOf: (intent) =>
      db.sql`select * from payments.charges where payment_intent = ${intent} order by created_at, id`,
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
