import { eventObjects, isLedgerEvent, ledgerEventScope, namesType, type MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { checkScope } from '@micro/service'

/** Everything, as an endpoint asks for it. */
const everything = '*'

const emitted = Object.keys(eventObjects)
const firstWord = (type: string): string => type.slice(0, type.indexOf('.'))
const emittedFamilies = new Set(emitted.map(firstWord))

/**
 * Types of Stripe's in families of which Micro emits others. An application that lists them is right to: what they
 * tell of does not happen here, so it misses nothing.
 */
const neverHappening: ReadonlySet<string> = new Set([
  'charge.pending',
  'checkout.session.async_payment_failed',
  'checkout.session.async_payment_succeeded',
  ...['created', 'deleted', 'updated'].flatMap((verb) => [
    `customer.discount.${verb}`,
    `customer.source.${verb}`,
    `customer.subscription.${verb}`,
    `customer.tax_id.${verb}`,
  ]),
  'customer.source.expiring',
  'customer.subscription.paused',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'payment_intent.partially_funded',
  'payment_method.automatically_updated',
  'payout.reconciliation_completed',
])

/** Stripe's families of events of which Micro emits none, whatever stands behind their first word. */
const otherFamilies: ReadonlySet<string> = new Set(
  `account application_fee apps balance_settings billing billing_portal capability cash_balance climate coupon
  credit_note customer_cash_balance_transaction entitlements file financial_connections identity invoice invoice_payment
  invoiceitem issuing_authorization issuing_card issuing_cardholder issuing_dispute issuing_personalization_design
  issuing_token issuing_transaction mandate payment_link person plan promotion_code quote radar reporting reserve review
  sigma source subscription_schedule tax tax_rate terminal test_helpers three_d_secure topup transfer treasury`.split(
    /\s+/,
  ),
)

const isKnown = (type: string): boolean => {
  if (type === everything || emitted.includes(type) || neverHappening.has(type)) return true
  if (!/^[a-z_]+(\.[a-z_]+)*\.([a-z_]+|\*)$/.test(type)) return false
  if (type.endsWith('.*') && emitted.some((each) => namesType(type, each))) return true
  return !emittedFamilies.has(firstWord(type)) && otherFamilies.has(firstWord(type))
}

/** What somebody who mistyped may have meant. */
const alike = (type: string): string => {
  const family = emitted.filter((each) => firstWord(each) === firstWord(`${type}.`))
  return family.length === 0 ? '' : `, such as ${family.slice(0, 3).join(', ')}`
}

/**
 * The types an endpoint asks for, each once. A mistyped one would be an event that never comes.
 * @throws Fault parameter_invalid naming the first that is none
 */
export const checkEnabledEvents = (types: readonly string[]): readonly string[] => {
  for (const [at, type] of types.entries())
    if (!isKnown(type))
      throw new Fault('parameter_invalid', {
        param: `enabled_events[${at}]`,
        reason: `it is no type of event${alike(type)}. Use * for all`,
      })
  return [...new Set(types)]
}

/**
 * Refuses a key that may not read the ledger to have its events sent anywhere: an endpoint that asks for them is neither
 * made nor changed by it.
 * @throws Fault more_permissions_required
 */
export const checkMayBeTold = (types: readonly string[], principal: MerchantPrincipal): void => {
  if (types.some(isLedgerEvent)) checkScope({ scope: ledgerEventScope }, principal)
}
