import { authApi } from './auth.ts'
import { eventsApi as eventStoreApi } from './events.ts'
import { gatewayApi } from './gateway.ts'
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
export { isLedgerEvent, ledgerEventScope, mayReadLedgerEvents } from './ledger-events.ts'
export { LedgerHold } from './ledger-holds.ts'
import { paymentsApi } from './payments.ts'
import { stripeCliApi } from './stripe-cli.ts'

export const eventsApi = { ...eventStoreApi, ...stripeCliApi } as const

export { authApi, gatewayApi, ledgerApi, paymentsApi }
/** Every service's operations; the gateway routes what is not internal, and answers its own. */
export const apis = {
  auth: authApi,
  payments: paymentsApi,
  ledger: ledgerApi,
  events: eventsApi,
  gateway: gatewayApi,
} as const

export * from './common.ts'
export * from './expand.ts'
export { expandableObjects } from './expandable-objects.ts'
export * from './principal.ts'
export * from './route.ts'
export * from './scopes.ts'
export * from './outbox.ts'
export * from './stream.ts'
export type * from './bus.ts'
export {
  type LoggedError,
  type LoggedRequest,
  type RecordedRequest,
  RequestLog,
  requestLogApi,
  RequestLogFilter,
  RequestLogSummary,
  requestLogFilters,
} from './request-log.ts'
export { Account } from './accounts.ts'
export { ApiKey, ApiKeyCreated, graceSecondsMax, keySecondsMax, Session } from './auth.ts'
export {
  auditActions,
  AuditEntry,
  serviceAuditActions,
  type AuditAction,
  type AuditedService,
  type ServiceAuditAction,
} from './audit.ts'
export { ManagedUser, Registration, SecretUse } from './operator.ts'
export { type Pairing } from './pairings.ts'
export { Tokens, User } from './people.ts'
export { lagNames, ServiceLag, ServiceStatus, type LagName } from './service-status.ts'
export { CheckoutLineItem, CheckoutSession, CheckoutStatus } from './checkout-sessions.ts'
export {
  type CardChecks,
  Charge,
  type ChargedCard,
  type ChargeOutcome,
  type FraudDetails,
  type ThreeDSecure,
} from './charge.ts'
export {
  CancellationReason,
  type CaptureMethod,
  type FutureUsage,
  type NextAction,
  PaymentIntent,
  PaymentIntentStatus,
  type PaymentMethodOptions,
} from './payment-intent.ts'
export { PaymentError, type Shipping, type ShippingParam } from './payment-parts.ts'
export { type Address, type AddressParam } from './addresses.ts'
export { type Customer, type DeletedCustomer } from './customers.ts'
export {
  type BillingDetails,
  type BillingDetailsParam,
  type PaymentMethod,
  type PaymentMethodCard,
  type PaymentMethodParam,
} from './payment-methods.ts'
export { type Price } from './prices.ts'
export { processorsApi, type PaymentProcessor } from './processors.ts'
export { processorWebhooksApi, type ProcessorWebhook } from './processor-webhooks.ts'
export { type Product } from './products.ts'
export { type Token } from './tokens.ts'
export {
  Dispute,
  disputeReasons,
  disputesApi,
  type DisputeReason,
  type DisputeStatus,
  evidenceFiles,
  evidenceTexts,
  type EvidenceText,
} from './disputes.ts'
export { Refund, refundsApi, type RefundReason, type RefundStatus } from './refunds.ts'
export { paymentFiguresApi, type PaymentFigures } from './payment-figures.ts'
export { Balance, balancesApi, BalanceTransaction } from './balances.ts'
export { Payout, payoutsApi, PayoutStatus } from './payouts.ts'
export {
  differenceKinds,
  type DifferenceKind,
  Reconciliation,
  ReconciliationDifference,
  reconciliationsApi,
} from './reconciliations.ts'
export { settlementFaultsApi } from './settlement-faults.ts'
export { clockAheadSecondsMax, MerchantClock } from './merchant-clocks.ts'
export { type SetupAttempt, type SetupError, type SetupIntent, type SetupIntentStatus } from './setup-intents.ts'
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
export {
  LedgerAggregate,
  type LedgerFlow,
  type LedgerFlows,
  LedgerTotals,
  LedgerTrialBalance,
  type TrialBalanceAccount,
} from './ledger-reports.ts'
export { LedgerBalance, type LedgerBalanceSeries, LedgerStatement, LedgerStatementLine } from './ledger-statements.ts'
export { type DeadLetter, deadLettersApi } from './dead-letters.ts'
export { Event, SequencedEvent } from './event.ts'
export { BrowserSession, browserTokenForm, browserTokensMax } from './browser-sessions.ts'
export { EventStreamHeaders } from './gateway.ts'
export {
  apiVersion,
  changeEvents,
  eventObjects,
  namesType,
  type ChangeEventType,
  type EventObject,
  type EventType,
} from './events.ts'
export {
  type DeletedWebhookEndpoint,
  secretGraceSeconds,
  WebhookEndpoint,
  type WebhookDeliveryParam,
  type WebhookDeliverySettings,
  type WebhookEndpointStatus,
  type WebhookEndpointWithSecret,
  webhookEndpointsApi,
  webhookEndpointsMax,
  type WebhookResult,
  type WebhookTest,
} from './webhook-endpoints.ts'
export {
  resendMax,
  type WebhookAttempt,
  type WebhookFigures,
  webhookDeliveriesApi,
  type WebhookDelivery,
  type WebhookDeliveryStatus,
  type WebhookResend,
} from './webhook-deliveries.ts'
export { type CliFeature, CliPairingParams, cliProtocol, CliSessionParams } from './stripe-cli.ts'
