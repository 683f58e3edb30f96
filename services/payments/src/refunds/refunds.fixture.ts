import type { Refund } from '@micro/contracts'
import type { PaymentsConfig } from '../config.ts'
import { testConfig, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

/** For tests in which nothing is to be given up because the machine is busy. */
export const patientConfig: PaymentsConfig = {
  ...testConfig,
  processorTimeoutMs: 60_000,
  lookupTimeoutMs: 60_000,
  patientLookupMs: 60_000,
  ledgerWaitMs: 60_000,
}

export interface RefundAnswer extends Omit<Answer, 'body'> {
  readonly body: Refund & { error: Record<string, unknown>; data: Refund[]; has_more: boolean; url: string }
}

/** What tests of refunds do on a bench. */
export const refunding = (bench: Pick<Bench, 'call' | 'events' | 'database'>) => {
  const call = async (path: string, options: CallOptions = {}): Promise<RefundAnswer> =>
    (await bench.call(path, options)) as unknown as RefundAnswer
  return {
    call,
    get: (path: string, options: CallOptions = {}) => call(path, options),
    /** Pays, by default 19.99 USD, and tells the ids. */
    async pay(card = 'pm_card_visa', more: object = {}, options: CallOptions = {}) {
      const { body } = await bench.call('/v1/payment_intents', {
        body: { amount: 1999, currency: 'usd', payment_method: card, confirm: true, ...more },
        ...options,
      })
      return { intent: body.id, charge: body.latest_charge ?? '' }
    },
    refund: (body: object, options: CallOptions = {}) => call('/v1/refunds', { body, ...options }),
    async chargeOf(id: string): Promise<Record<string, unknown>> {
      const [charge] = await bench.database.db.sql`select * from payments.charges where id = ${id}`
      return charge ?? {}
    },
    /** What was told of an object, in order. */
    told: async (id: string) => (await bench.events(id)).map(({ type }) => type),
    /** The sum of what all movements of these sources add to the balance. */
    async netOf(...sources: string[]): Promise<bigint> {
      const [row] = await bench.database.db.sql<{ net: bigint }>`
        select coalesce(sum(net), 0) as net from payments.movements where source = any(${sources})`
      return row?.net ?? 0n
    },
  }
}
