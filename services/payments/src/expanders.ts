import type { Expander, Expanders } from '@micro/service'
import { chargesToWire } from './charges/charge.list.ts'
import { findCharges } from './charges/charge.store.ts'
import { expandLineItems } from './checkout-sessions/line-items.expander.ts'
import { customerToWire, deletedToWire } from './customers/customer.ts'
import { findCustomers } from './customers/customer.store.ts'
import { intentToWire } from './payment-intents/payment-intent.wire.ts'
import { findIntents } from './payment-intents/payment-intent.store.ts'
import { paymentMethodToWire } from './payment-methods/payment-method.ts'
import { findPaymentMethods } from './payment-methods/payment-method.store.ts'
import { priceToWire } from './prices/price.ts'
import { findPrices } from './prices/price.store.ts'
import { productToWire } from './products/product.ts'
import { findProducts } from './products/product.store.ts'
import { setupAttemptToWire } from './setup-intents/setup-attempt.ts'
import { findSetupAttempts } from './setup-intents/setup-attempt.store.ts'
import { findSetupIntents } from './setup-intents/setup-intent.store.ts'
import { setupIntentToWire } from './setup-intents/setup-intent.wire.ts'
import { showDisputes } from './disputes/dispute.show.ts'
import { findDisputes } from './disputes/dispute.store.ts'
import { refundToWire } from './refunds/refund.ts'
import { findRefunds, newestRefundsOf } from './refunds/refund.store.ts'
import { payoutToWire } from './payouts/payout.ts'
import { findPayouts } from './payouts/payout.store.ts'

const expandIntents: Expander = async (sql, tenant, ids) =>
  new Map((await findIntents(sql, tenant, ids)).map((intent) => [intent.id, intentToWire(intent)]))

const expandCharges: Expander = async (sql, tenant, ids) => {
  const shown = await chargesToWire(sql, tenant, await findCharges(sql, tenant, ids))
  return new Map(shown.map((charge) => [charge.id, charge]))
}

const shownRefundsMax = 10

/** The newest refunds of charges, as the list that the charge shows of them. */
const expandChargeRefunds: Expander = async (sql, tenant, ids) => {
  const refunds = await newestRefundsOf(sql, tenant, ids, shownRefundsMax + 1)
  return new Map(
    ids.map((id) => {
      const some = refunds.filter(({ charge }) => charge === id)
      return [
        id,
        {
          object: 'list',
          url: `/v1/charges/${id}/refunds`,
          has_more: some.length > shownRefundsMax,
          data: some.slice(0, shownRefundsMax).map(refundToWire),
        },
      ]
    }),
  )
}

const expandCustomers: Expander = async (sql, tenant, ids) =>
  new Map(
    (await findCustomers(sql, tenant, ids)).map((customer) => [
      customer.id,
      customer.deleted_at === null ? customerToWire(customer) : deletedToWire(customer),
    ]),
  )

const expandPaymentMethods: Expander = async (sql, tenant, ids) =>
  new Map((await findPaymentMethods(sql, tenant, ids)).map((method) => [method.id, paymentMethodToWire(method)]))

const expandPrices: Expander = async (sql, tenant, ids) =>
  new Map((await findPrices(sql, tenant, ids)).map((price) => [price.id, priceToWire(price)]))

const expandProducts: Expander = async (sql, tenant, ids) =>
  new Map((await findProducts(sql, tenant, ids)).map((product) => [product.id, productToWire(product)]))
const expandPayouts: Expander = async (sql, tenant, ids) =>
  new Map((await findPayouts(sql, tenant, ids)).map((payout) => [payout.id, payoutToWire(payout)]))

const expandSetupIntents: Expander = async (sql, tenant, ids) =>
  new Map((await findSetupIntents(sql, tenant, ids)).map((intent) => [intent.id, setupIntentToWire(intent)]))

const expandSetupAttempts: Expander = async (sql, tenant, ids) =>
  new Map((await findSetupAttempts(sql, tenant, ids)).map((attempt) => [attempt.id, setupAttemptToWire(attempt)]))
const expandDisputes: Expander = async (sql, tenant, ids) => {
  const disputes = await findDisputes(sql, tenant, ids)
  return new Map((await showDisputes(sql, tenant, disputes)).map((dispute) => [dispute.id, dispute]))
}
const expandRefunds: Expander = async (sql, tenant, ids) =>
  new Map((await findRefunds(sql, tenant, ids)).map((refund) => [refund.id, refundToWire(refund)]))

/** How the objects are found that callers may have in place of their ids, by the kinds of `expandableObjects`. */
export const expanders: Expanders = {
  charge: expandCharges,
  dispute: expandDisputes,
  payment_intent: expandIntents,
  customer: expandCustomers,
  payment_method: expandPaymentMethods,
  price: expandPrices,
  product: expandProducts,
  setup_intent: expandSetupIntents,
  setup_attempt: expandSetupAttempts,
  refund: expandRefunds,
  charge_refunds: expandChargeRefunds,
  checkout_line_items: expandLineItems,
  payout: expandPayouts,
}
