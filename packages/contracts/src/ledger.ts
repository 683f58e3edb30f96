import Type from 'typebox'
import { Exact, Mode, Nullable, Text } from './common.ts'
import { accountRoutes } from './ledger-accounts.ts'
import { assetRoutes } from './ledger-assets.ts'
import { bulkRoutes } from './ledger-bulk.ts'
import { exportRoutes } from './ledger-export.ts'
import { feedRoutes } from './ledger-feed.ts'
import { holdRoutes } from './ledger-holds.ts'
import { AccountId, AccountType, Currency, Reference } from './ledger-parts.ts'
import { periodRoutes } from './ledger-periods.ts'
import { proofRoutes } from './ledger-proof.ts'
import { reportRoutes } from './ledger-reports.ts'
import { statementRoutes } from './ledger-statements.ts'
import { LedgerTransaction, newTransaction, transactionRoutes } from './ledger-transactions.ts'
import { outboxApi } from './outbox.ts'
import { route } from './route.ts'
import { statusRoute } from './service-status.ts'

/** Every route of the ledger; each lies in the file of what its URL names. */
export const ledgerApi = {
  getLedgerStatus: statusRoute('ledger'),
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
  ...outboxApi('ledger'),
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
  readSystemTransactions: route({
    method: 'POST',
    path: '/internal/transactions/read',
    service: 'ledger',
    access: ['internal'],
    status: 200,
    summary: "Micro's own transactions: those of these references, or a stretch of the book, newest first.",
    body: Exact({
      merchant: Type.String(),
      mode: Mode,
      references: Type.Optional(Type.Array(Reference, { maxItems: 500 })),
      before_seq: Type.Optional(Type.Integer({ minimum: 1 })),
      recorded_since: Type.Optional(Type.Integer({ minimum: 0, description: 'Seconds since the Unix epoch.' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 250 })),
    }),
    response: Type.Object({
      transactions: Type.Array(
        Type.Object({
          id: Type.String(),
          seq: Type.Integer(),
          reference_id: Type.String(),
          currency: Nullable(Type.String()),
          recorded_at: Type.Integer(),
          entries: Type.Array(
            Type.Object({ account_id: Type.String(), amount_str: Type.String({ description: 'Credit +, debit -.' }) }),
          ),
        }),
      ),
      next_before_seq: Nullable(
        Type.Integer({ description: 'Where the book goes on; null at its end, and for references.' }),
      ),
    }),
  }),
  readSystemBalances: route({
    method: 'POST',
    path: '/internal/balances',
    service: 'ledger',
    access: ['internal'],
    status: 200,
    summary: "Balances of Micro's own accounts, and which of these references are recorded in them: as of one moment.",
    body: Exact({
      merchant: Type.String(),
      mode: Mode,
      id_prefix: AccountId,
      references: Type.Array(Reference, { maxItems: 1000 }),
    }),
    response: Type.Object({
      balances: Type.Array(
        Type.Object({
          account_id: Type.String(),
          currency: Type.String(),
          balance_str: Type.String({ description: 'On the normal side.' }),
        }),
      ),
      recorded: Type.Array(Type.String()),
    }),
  }),
} as const
