import { createClient, localTransport } from '@micro/client'
import { ledgerApi, type LedgerAccount, type LedgerTrialBalance } from '@micro/contracts'
import {
  startLedger,
  merchant as asMerchant,
  payments as asPayments,
} from '../../services/ledger/src/testing/ledger.ts'
import { newMovement, type Movement, type NewMovement } from '../../services/payments/src/movements/movement.ts'
import { recordMovement } from '../../services/payments/src/movements/movement.store.ts'
import { createBench, patientConfig, type CallOptions } from '../../services/payments/src/payments.fixture.ts'

/** Payments and the ledger, both real and each on its own database, as in one process. */
export const openMoney = async () => {
  const ledger = await startLedger()
  const { clock } = ledger
  let isAway = (): 'before' | 'after' | undefined => undefined
  const client = createClient(ledgerApi, localTransport(ledger.service, asPayments))
  const bench = await createBench({
    clock,
    config: { ...patientConfig, ledgerWaitMs: 20_000 },
    ledger: {
      readSystemBalances: client.readSystemBalances,
      readSystemTransactions: client.readSystemTransactions,
      postSystemTransaction: async (input) => {
        const away = isAway()
        if (away === 'before') throw new Error('the ledger is away')
        const transaction = await client.postSystemTransaction(input)
        if (away === 'after') throw new Error('the answer was lost')
        return transaction
      },
    },
  })
  let count = 0
  return {
    clock,
    payments: bench.parts,
    bench,
    ledger,
    /** Says of each posting whether it fails, and when. */
    let: (away: typeof isAway) => void (isAway = away),
    call: bench.call,
    get: async <T>(path: string, { merchant = 'acct_a' }: CallOptions = {}): Promise<T> =>
      (await ledger.get(asMerchant(merchant), path)).body as T,
    /** Records what some feature would, in a database transaction of its own; posting it is another step. */
    record: async (given: Pick<NewMovement, 'kind' | 'amount'> & Partial<NewMovement>): Promise<Movement> => {
      const now = clock.now()
      const movement = newMovement({
        id: `txn_m${++count}`,
        merchant: 'acct_a',
        mode: 'test',
        source: `ob_${count}`,
        currency: 'usd',
        requestId: 'req_1',
        merchantNow: now,
        now,
        postingLeaseMs: 15_000,
        ...given,
      })
      await bench.database.db.transaction((sql) => recordMovement(sql, movement))
      return movement
    },
    balanceOf: async (merchant: string, account = 'sys_merchant_balance_usd'): Promise<number> =>
      ((await ledger.get(asMerchant(merchant), `/ledger/accounts/${account}`)).body as Partial<LedgerAccount>)
        .balance ?? 0,
    trialBalance: async (merchant: string): Promise<LedgerTrialBalance> =>
      (await ledger.get(asMerchant(merchant), '/ledger/trial_balance')).body as unknown as LedgerTrialBalance,
    close: async () => {
      await bench[Symbol.asyncDispose]()
      await ledger.close()
    },
  }
}

export type Money = Awaited<ReturnType<typeof openMoney>>
