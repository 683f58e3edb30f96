import { authApi } from './auth.ts'
import { eventsApi } from './events.ts'
import { ledgerApi } from './ledger.ts'
export { LedgerAsset } from './ledger-assets.ts'
export { LedgerCheckpoint, LedgerVerification, LedgerVerificationProgress } from './ledger-proof.ts'
export {
  ExportAccount,
  ExportAsset,
  ExportEnd,
  ExportHeader,
  ExportPeriod,
  type ExportLine,
  ExportTransaction,
} from './ledger-export.ts'
export { LedgerHold } from './ledger-holds.ts'
import { paymentsApi } from './payments.ts'

export { authApi, eventsApi, ledgerApi, paymentsApi }
/** Every service's operations; the gateway routes what is not internal. */
export const apis = { auth: authApi, payments: paymentsApi, ledger: ledgerApi, events: eventsApi } as const

export * from './common.ts'
export * from './principal.ts'
export * from './route.ts'
export * from './scopes.ts'
export * from './outbox.ts'
export * from './stream.ts'
export type * from './bus.ts'
export { ApiKey, ApiKeyCreated, graceSecondsMax, keySecondsMax, Session, Tokens } from './auth.ts'
export { auditActions, AuditEntry, type AuditAction } from './audit.ts'
export { ManagedUser, Registration, SecretUse } from './operator.ts'
export { User } from './people.ts'
export { CancellationReason, Charge, PaymentError, PaymentIntent, PaymentIntentStatus } from './payments.ts'
export { type BulkResult, BulkTransaction, type LedgerBulk } from './ledger-bulk.ts'
export {
  type EntryCondition,
  type HoldStatus,
  type Layer,
  LedgerEntry,
  LedgerTransaction,
  NewEntry,
  type TransactionKind,
} from './ledger-transactions.ts'
export { LedgerAccount } from './ledger-accounts.ts'
export { type AccountStatus, AccountType, Direction, secondsMax } from './ledger-parts.ts'
export { LedgerPeriod } from './ledger-periods.ts'
export { LedgerAggregate, LedgerTotals, LedgerTrialBalance, type TrialBalanceAccount } from './ledger-reports.ts'
export { LedgerBalance, LedgerStatement, LedgerStatementLine } from './ledger-statements.ts'
export { apiVersion, Event, eventObjects, SequencedEvent, type EventObject, type EventType } from './events.ts'
