import { paymentsApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import {
  createService,
  createStatus,
  databaseIdempotency,
  measureOutbox,
  outboxHandlers,
  watchOutbox,
  type Runtime,
  type Service,
  createAuditWork,
  type AuditClient,
  type AuditWork,
} from '@micro/service'
import { createAfterwards, type Afterwards } from './afterwards.ts'
import { watchSetbacks } from './background/setback-metrics.ts'
import { captureHandlers } from './captures/capture.http.ts'
import { createCapturing } from './captures/capturing.work.ts'
import { createCaptureWork } from './captures/capture.work.ts'
import { chargeHandlers } from './charges/charge.http.ts'
import { watchCharges, watchedProcessors } from './charges/charge-metrics.ts'
import { createCompleter, type Completer } from './charges/charge.completer.ts'
import { measurePendingCharges } from './charges/charge.store.ts'
import { createChargeWork, type ChargeDependencies } from './charges/charge.work.ts'
import { checkoutSessionChecks } from './checkout-sessions/checkout-session.checks.ts'
import { checkoutSessionHandlers } from './checkout-sessions/checkout-session.http.ts'
import { checkoutPageChecks, checkoutPageHandlers } from './checkout-sessions/checkout.http.ts'
import { createCheckoutWork } from './checkout-sessions/checkout.work.ts'
import { createHosting } from './checkout-sessions/hosting.ts'
import { paymentPageChecks, paymentPageHandlers } from './checkout-sessions/payment-page.http.ts'
import { createFeeWork } from './processor-fees/processor-fee.work.ts'
import { createInbox, type Inbox } from './processor-webhooks/inbox.work.ts'
import { processorWebhookHandlers } from './processor-webhooks/webhook.http.ts'
import { createPayWork } from './checkout-sessions/pay.work.ts'
import { createSessionCompleter, type SessionCompleter } from './checkout-sessions/session.completer.ts'
import { createCleanup, type Cleanup } from './cleanup.ts'
import type { PaymentsConfig } from './config.ts'
import { createAvailability, type Availability } from './balances/availability.work.ts'
import { balanceExpanders } from './balances/balance.expanders.ts'
import { balanceHandlers } from './balances/balance.http.ts'
import { createBalanceWork } from './balances/balance.work.ts'
import { createExpiry, type Expiry } from './expiry/expiry.work.ts'
import { authenticationHandlers } from './payment-intents/authentication.http.ts'
import { createAuthenticationWork } from './payment-intents/authentication.work.ts'
import { createCancelWork } from './payment-intents/cancel.work.ts'
import { createCreateWork } from './payment-intents/create.work.ts'
import { createConfirmWork } from './payment-intents/confirm.work.ts'
import { paymentIntentChecks } from './payment-intents/payment-intent.checks.ts'
import { paymentIntentHandlers } from './payment-intents/payment-intent.http.ts'
import { updateHandlers } from './payment-intents/update.http.ts'
import { paymentMethodChecks } from './payment-methods/payment-method.checks.ts'
import { paymentMethodHandlers } from './payment-methods/payment-method.http.ts'
import { createPaymentMethodWork } from './payment-methods/payment-method.work.ts'
import { customerHandlers } from './customers/customer.http.ts'
import { expanders } from './expanders.ts'
import { figuresHandlers } from './figures/figures.http.ts'
import { merchantClockChecks, merchantClockHandlers } from './merchant-clocks/merchant-clock.http.ts'
import { createMerchantTime, type MerchantTime } from './merchant-clocks/merchant-time.ts'
import { watchMovements } from './movements/movement-metrics.ts'
import { measureMovements } from './movements/movement.store.ts'
import { createMovementWork, type LedgerClient, type MovementWork } from './movements/movement.work.ts'
import { priceHandlers } from './prices/price.http.ts'
import { payoutChecks, payoutHandlers } from './payouts/payout.http.ts'
import { createToldPayoutWork } from './payouts/told-payout.work.ts'
import { createPayoutProgress, type PayoutProgress } from './payouts/payout.progress.ts'
import type { Processors } from './processors/processor.ts'
import { processorChecks, processorHandlers } from './processors/configured.http.ts'
import { createResealing, type Resealing } from './processors/resealing.work.ts'
import { productHandlers } from './products/product.http.ts'
import { reconciliationChecks, reconciliationHandlers } from './reconciliation/reconciliation.http.ts'
import { watchReconciliations } from './reconciliation/reconciliation-metrics.ts'
import { createReconciliationWork, type ReconciliationWork } from './reconciliation/reconciliation.work.ts'
import { settlementFaultChecks, settlementFaultHandlers } from './reconciliation/settlement-fault.http.ts'
import { tokenChecks } from './tokens/token.checks.ts'
import { tokenHandlers } from './tokens/token.http.ts'
import { createVoidWork, type VoidWork } from './voids/void.work.ts'
import { pingDatabase } from './ready.store.ts'
import { setupIntentChecks } from './setup-intents/setup-intent.checks.ts'
import { setupIntentHandlers } from './setup-intents/setup-intent.http.ts'
import { createSetupIntentWork } from './setup-intents/setup-intent.work.ts'

export type PaymentsDependencies = Runtime & {
  readonly db: Database
  readonly config: PaymentsConfig
  readonly ledger: LedgerClient
  readonly auth: AuditClient
  readonly processors: Processors
  /** Where browsers find the gateway, without a slash at the end: pages for people are linked to from there. */
  readonly publicUrl: () => string
}

/** The service with its background work laid open, so that tests can do one round of it at a time. */
export interface PaymentsParts {
  readonly service: Service
  readonly completer: Completer
  readonly movements: MovementWork
  readonly afterwards: Afterwards
  readonly merchantTime: MerchantTime
  readonly payouts: PayoutProgress
  readonly availability: Availability
  readonly voids: VoidWork
  readonly expiry: Expiry
  readonly sessions: SessionCompleter
  readonly cleanup: Cleanup
  readonly reconciliation: ReconciliationWork
  readonly resealing: Resealing
  readonly audit: AuditWork<'payments'>
  readonly inbox: Inbox
}

const lagsOf = ({ db }: Pick<PaymentsDependencies, 'db'>) => ({
  outbox: async () => {
    const { rows, oldestSeconds } = await measureOutbox(db.sql)
    return { waiting: rows, oldestSeconds }
  },
  charges: async () => {
    const { count, oldestSeconds } = await measurePendingCharges(db.sql)
    return { waiting: count, oldestSeconds }
  },
  movements: async () => {
    const { count, oldestSeconds } = await measureMovements(db.sql)
    return { waiting: count, oldestSeconds }
  },
})

export const createPayments = (deps: PaymentsDependencies): PaymentsParts => {
  const { db } = deps
  watchCharges(deps)
  watchMovements(deps)
  watchSetbacks(deps)
  watchReconciliations(deps)
  watchOutbox(deps)
  const movements = createMovementWork(deps)
  const merchantTime = createMerchantTime(deps)
  const processors = watchedProcessors(deps.processors, deps)
  const paymentMethods = createPaymentMethodWork({ ...deps, processors, merchantTime })
  const chargeDeps: ChargeDependencies & { ledger: LedgerClient } = {
    ...deps,
    processors,
    movements,
    merchantTime,
    paymentMethods,
  }
  const balances = createBalanceWork(chargeDeps)
  const availability = createAvailability(chargeDeps, balances)
  const payoutDeps = { ...chargeDeps, balances }
  const payouts = createPayoutProgress(payoutDeps)
  const charges = createChargeWork(chargeDeps)
  const captures = createCaptureWork(chargeDeps)
  const completer = createCompleter(chargeDeps, { charges, captures })
  const creations = createCreateWork(chargeDeps)
  const confirmations = createConfirmWork(chargeDeps, charges)
  const capturing = createCapturing(chargeDeps, captures)
  const voids = createVoidWork(chargeDeps)
  const cancellations = createCancelWork(chargeDeps, voids)
  const expiry = createExpiry(chargeDeps, cancellations)
  const afterwards = createAfterwards(chargeDeps)
  const fees = createFeeWork(chargeDeps)
  const { refundWork: refunds, disputes } = afterwards
  const live = createHosting(chargeDeps)
  const inbox = createInbox(chargeDeps, {
    charges,
    hosted: live.hosted,
    fees,
    cancellations,
    refunds,
    disputes,
    payouts: createToldPayoutWork(chargeDeps),
  })
  const cleanup = createCleanup(deps)
  const reconciliation = createReconciliationWork({ ...deps, processors, fees })
  const resealing = createResealing(deps)
  const audit = createAuditWork({ ...deps, service: 'payments' })
  const setups = createSetupIntentWork(chargeDeps, paymentMethods)
  const checkouts = createCheckoutWork(chargeDeps, live.hosted)
  const sessions = createSessionCompleter(chargeDeps, { checkouts, ...live })
  const payments = createPayWork(chargeDeps, { confirmations, setups })
  const workers = [
    ...completer.workers,
    movements.worker,
    voids.worker,
    expiry.worker,
    payouts.worker,
    availability.worker,
    ...sessions.workers,
    ...afterwards.workers,
    cleanup.worker,
    reconciliation.worker,
    resealing.worker,
    audit.worker,
    inbox.worker,
  ]
  const service = createService(
    {
      name: 'payments',
      api: paymentsApi,
      handlers: {
        ...paymentIntentHandlers(chargeDeps, { creations, confirmations, cancellations }),
        ...updateHandlers(chargeDeps),
        ...captureHandlers(capturing),
        ...chargeHandlers(chargeDeps, { creations, confirmations, capturing }),
        ...authenticationHandlers(createAuthenticationWork(chargeDeps, charges), setups),
        ...customerHandlers(chargeDeps, paymentMethods),
        ...paymentMethodHandlers(chargeDeps, paymentMethods),
        ...tokenHandlers(chargeDeps),
        ...productHandlers(chargeDeps),
        ...priceHandlers(chargeDeps),
        ...balanceHandlers(chargeDeps, { balances }),
        ...figuresHandlers({ db }),
        ...merchantClockHandlers(chargeDeps),
        ...setupIntentHandlers(chargeDeps, setups, paymentMethods),
        ...payoutHandlers(payoutDeps),
        ...checkoutSessionHandlers(chargeDeps, { checkouts, ...live }),
        ...checkoutPageHandlers(chargeDeps, { checkouts, payments }),
        ...paymentPageHandlers(chargeDeps, { checkouts, payments }),
        ...processorHandlers({ ...chargeDeps, audit }),
        ...processorWebhookHandlers({ ...chargeDeps, audit }, inbox),
        ...afterwards.handlers,
        ...settlementFaultHandlers(deps),
        ...reconciliationHandlers({ ...deps, processors, fees }, reconciliation),
        ...outboxHandlers(deps),
        getPaymentsStatus: createStatus({ service: 'payments', db, lags: lagsOf(deps), workers }),
      },
      checks: {
        ...paymentIntentChecks,
        ...paymentMethodChecks,
        ...setupIntentChecks,
        ...merchantClockChecks,
        ...tokenChecks,
        ...payoutChecks,
        ...checkoutSessionChecks,
        ...checkoutPageChecks,
        ...paymentPageChecks,
        ...processorChecks,
        ...afterwards.checks,
        ...reconciliationChecks,
        ...settlementFaultChecks,
      },
      expand: { sql: db.sql, expanders: { ...expanders, ...balanceExpanders(merchantTime, expanders) } },
      workers,
      idempotency: databaseIdempotency(deps),
      claimedWithWork: ['createPaymentIntent', 'confirmPaymentIntent'],
      ready: async () => void (await pingDatabase(db.sql)),
      close: movements.drain,
    },
    deps,
  )
  return {
    service,
    completer,
    movements,
    merchantTime,
    voids,
    expiry,
    payouts,
    availability,
    afterwards,
    sessions,
    cleanup,
    reconciliation,
    resealing,
    audit,
    inbox,
  }
}

/** Payment intents and charges; posts what succeeded to the ledger and offers its events by its outbox. */
export const paymentsService = (deps: PaymentsDependencies): Service => createPayments(deps).service
