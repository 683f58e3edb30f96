import Type from 'typebox'
import { Exact, Mode, Text } from './common.ts'
import { accountRoutes } from './ledger-accounts.ts'
import { assetRoutes } from './ledger-assets.ts'
import { bulkRoutes } from './ledger-bulk.ts'
import { exportRoutes } from './ledger-export.ts'
import { feedRoutes } from './ledger-feed.ts'
import { holdRoutes } from './ledger-holds.ts'
import { AccountId, AccountType, Currency } from './ledger-parts.ts'
import { periodRoutes } from './ledger-periods.ts'
import { proofRoutes } from './ledger-proof.ts'
import { reportRoutes } from './ledger-reports.ts'
import { statementRoutes } from './ledger-statements.ts'
import { LedgerTransaction, newTransaction, transactionRoutes } from './ledger-transactions.ts'
import { route } from './route.ts'

/** Every route of the ledger; each lies in the file of what its URL names. */
export const ledgerApi = {
  ...assetRoutes,
  ...proofRoutes,
  ...feedRoutes,
  ...exportRoutes,
  ...holdRoutes,
  ...periodRoutes,
  ...reportRoutes,
  ...statementRoutes,
  ...bulkRoutes,
  ...accountRoutes,
  ...transactionRoutes,
  postSystemTransaction: route({
    method: 'POST',
    path: '/internal/transactions',
    service: 'ledger',
    access: ['internal'],
    status: 201,
    summary: "Post one of Micro's own transactions; its system accounts are created on first use. Repeats answer 200.",
    body: Exact({
      merchant: Type.String(),
      mode: Mode,
      ...newTransaction,
      currency: Currency,
      accounts: Type.Array(Exact({ id: AccountId, name: Text(255, 1), type: AccountType }), { maxItems: 100 }),
    }),
    response: LedgerTransaction,
    faults: ['reference_conflict', 'ledger_busy'],
  }),
} as const
