import Type, { type TSchema } from 'typebox'
import { List } from './common.ts'
import { BalanceTransaction } from './balances.ts'
import { Charge } from './charge.ts'
import { CheckoutLineItem } from './checkout-sessions.ts'
import { Customer, DeletedCustomer } from './customers.ts'
import { Dispute } from './disputes.ts'
import { PaymentIntent } from './payment-intent.ts'
import { PaymentMethod } from './payment-methods.ts'
import { Price } from './prices.ts'
import { Product } from './products.ts'
import { SetupAttempt, SetupIntent } from './setup-intents.ts'
import { Payout } from './payouts.ts'
import { Refund } from './refunds.ts'

/**
 * Every kind of object that may stand in place of its id where a schema says `Expandable(kind)`, or that a member of
 * `Includable(kind)` is. Each service says in its table of expanders how it finds those of its own.
 */
export const expandableObjects = {
  balance_transaction: BalanceTransaction,
  balance_transaction_source: Type.Union([Charge, Dispute, Payout, Refund]),
  charge: Charge,
  dispute: Dispute,
  payment_intent: PaymentIntent,
  customer: Type.Union([Customer, DeletedCustomer]),
  payment_method: PaymentMethod,
  price: Price,
  product: Product,
  setup_intent: SetupIntent,
  setup_attempt: SetupAttempt,
  refund: Refund,
  charge_refunds: List(Refund),
  checkout_line_items: List(CheckoutLineItem),
  payout: Payout,
} as const satisfies Record<string, TSchema>
