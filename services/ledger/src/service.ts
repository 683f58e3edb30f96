import { ledgerApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { createService, type Runtime, type Service } from '@micro/service'
import { accountHandlers } from './accounts/account.http.ts'
import { assetHandlers } from './assets/asset.http.ts'
import { probe } from './books/book.store.ts'
import type { LedgerConfig } from './config.ts'
import { createExpiry } from './holds/expiry.ts'
import { holdHandlers } from './holds/hold.http.ts'
import { createPosting } from './posting/index.ts'
import { boundBulks, bulkHandlers } from './transactions/bulk.http.ts'
import { reversalHandlers } from './transactions/reversal.http.ts'
import { transactionHandlers } from './transactions/transaction.http.ts'

export interface LedgerDependencies extends Runtime {
  readonly db: Database
  readonly config: LedgerConfig
}

/** The ledger: accounts, and transactions that are recorded once and never change. */
export const ledgerService = ({ db, config, ...runtime }: LedgerDependencies): Service => {
  const { post, postTogether } = createPosting({ db, ...runtime })
  const service = createService(
    {
      name: 'ledger',
      api: ledgerApi,
      handlers: {
        ...accountHandlers({ db, config, ...runtime }),
        ...assetHandlers({ db, ...runtime }),
        ...transactionHandlers({ db, post }),
        ...bulkHandlers({ postTogether, ...runtime }),
        ...reversalHandlers({ db, post }),
        ...holdHandlers({ db, post }),
      },
      workers: [createExpiry({ ...runtime, db, post })],
      ready: () => probe(db.sql),
    },
    runtime,
  )
  boundBulks(service)
  return service
}
