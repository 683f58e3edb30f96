import { createClient, localTransport } from '@micro/client'
import { ledgerApi } from '@micro/contracts'
import { startLedger, payments as asPayments, expectSound } from '../../services/ledger/src/testing/ledger.ts'
import { createBench, testConfig } from '../../services/payments/src/payments.fixture.ts'

/** Payments and the ledger as they run, each on a database of its own, with the clocks in the test's hand. */
export const openMoneyWorld = async () => {
  const ledger = await startLedger()
  // What may be lost is the answers that a test takes away, and not those a busy machine is slow with.
  const patient = { processorTimeoutMs: 60_000, lookupTimeoutMs: 60_000, patientLookupMs: 60_000, ledgerWaitMs: 60_000 }
  const bench = await createBench({
    config: { ...testConfig, ...patient },
    ledger: createClient(ledgerApi, localTransport(ledger.service, asPayments)),
  })
  const { sql } = bench.database.db

  const sumOf = async (rows: Promise<readonly { sum: bigint | null }[]>): Promise<bigint> => (await rows)[0]?.sum ?? 0n

  return {
    bench,
    /** One time for both. */
    advance: (ms: number): void => {
      bench.clock.advance(ms)
      ledger.clock.advance(ms)
    },
    /** Every background round, until nothing is left to do. */
    async settle(): Promise<void> {
      const { completer, movements, payouts, voids, expiry, afterwards } = bench.parts
      const rounds = [
        completer,
        movements,
        payouts,
        voids,
        expiry,
        afterwards.refunds,
        afterwards.messages,
        afterwards.reports,
        afterwards.disputes,
      ]
      for (let at = 0; at < 4; at++) for (const each of rounds) while (await each.round()) continue
    },
    /** What the ledger says an account of a merchant's has, on its normal side; 0 when there is none. */
    async balanceOf(merchant: string, account: string): Promise<bigint> {
      const who = { kind: 'api_key', merchant, mode: 'test', scopes: ['*'] } as const
      const { status, body } = await ledger.get(who, `/ledger/accounts/${account}`)
      return status === 200 ? BigInt(String(body['balance_str'])) : 0n
    },
    shownNet: (merchant: string) =>
      sumOf(sql`
        select sum(net) as sum from payments.movements
        where merchant = ${merchant} and kind in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal',
          'payout', 'payout_failure', 'payout_cancel', 'stripe_fee')`),
    moved: (merchant: string, ...kinds: string[]) =>
      sumOf(
        sql`select sum(amount) as sum from payments.movements where merchant = ${merchant} and kind = any(${kinds})`,
      ),
    fees: (merchant: string) => sumOf(sql`select sum(fee) as sum from payments.movements where merchant = ${merchant}`),
    unposted: (merchant: string) =>
      sql`select kind, source from payments.movements where merchant = ${merchant} and posting <> 'done'`,
    openDisputes: (merchant: string) =>
      sumOf(sql`
        select sum(amount) as sum from payments.disputes
        where merchant = ${merchant} and status in ('needs_response', 'under_review')`),
    /** Charges whose refunds do not add up, or add up to more than was captured, here or in the processor's own book. */
    overRefunded: (merchant: string) => sql`
      select c.id from payments.charges c
      left join lateral (
        select coalesce(sum(amount), 0) as sum from payments.refunds
        where charge = c.id and status not in ('failed', 'canceled')) as ours on true
      left join lateral (
        select coalesce(sum(amount), 0) as sum from payments.simulator_refunds
        where charge = c.id and canceled_at is null and outcome ->> 'kind' <> 'failed'
          and coalesce(later ->> 'kind', '') <> 'failed') as theirs on true
      where c.merchant = ${merchant}
        and (c.amount_refunded <> ours.sum or ours.sum > c.amount_captured or theirs.sum > c.amount_captured)`,
    expectSound: () => expectSound(ledger),
    async close(): Promise<void> {
      await bench[Symbol.asyncDispose]()
      await ledger.close()
    },
  }
}

export type MoneyWorld = Awaited<ReturnType<typeof openMoneyWorld>>
