import type { paymentsApi } from '@micro/contracts'

/** One call to the API. */
export interface TriggerCall {
  readonly operation: keyof typeof paymentsApi
  /** Whose it is: a member of what an earlier call answered, as `$0.id` for the first. */
  readonly id?: string
  /** Texts such as `$1.latest_charge` stand for what earlier calls answered. */
  readonly body?: Readonly<Record<string, unknown>>
  /** Its card is to be declined; then the answer is the object inside the error. */
  readonly declined?: true
}

export interface Trigger {
  readonly summary: string
  readonly calls: readonly [TriggerCall, ...TriggerCall[]]
}

const description = '(created by micro trigger)'
const usd = { amount: 2000, currency: 'usd' }

const create: TriggerCall = { operation: 'createPaymentIntent', body: { ...usd, description } }
const confirm = (payment_method: string, more: object = {}): TriggerCall => {
  return { operation: 'confirmPaymentIntent', id: '$0.id', body: { payment_method, ...more } }
}
const pay = confirm('pm_card_visa')
const payAtOnceAvailable = confirm('pm_card_bypassPending')
// Enough for whoever triggered some disputes before.
const createMuch: TriggerCall = { ...create, body: { ...create.body, amount: 200_000 } }
const decline: TriggerCall = { ...confirm('pm_card_chargeDeclined'), declined: true }
const dispute = confirm('pm_card_createDispute')
const cancel: TriggerCall = {
  operation: 'cancelPaymentIntent',
  id: '$0.id',
  body: { cancellation_reason: 'requested_by_customer' },
}
const createHeld: TriggerCall = { ...create, body: { ...create.body, capture_method: 'manual' } }
const capture: TriggerCall = { operation: 'capturePaymentIntent', id: '$0.id', body: {} }
const refund: TriggerCall = { operation: 'createRefund', body: { payment_intent: '$0.id' } }
const noteCharge: TriggerCall = { operation: 'updateCharge', id: '$1.latest_charge', body: { description } }

const createCustomer: TriggerCall = { operation: 'createCustomer', body: { description } }
const attach: TriggerCall = {
  operation: 'attachPaymentMethod',
  id: 'pm_card_visa',
  body: { customer: '$0.id' },
}
const createProduct: TriggerCall = { operation: 'createProduct', body: { name: 'Made by micro trigger' } }
const createPrice: TriggerCall = {
  operation: 'createPrice',
  body: { product: '$0.id', currency: 'usd', unit_amount: 1500 },
}
const setUp: TriggerCall = { operation: 'createSetupIntent', body: { description } }
const confirmSetUp = (payment_method: string): TriggerCall => {
  return { operation: 'confirmSetupIntent', id: '$0.id', body: { payment_method } }
}
const payOut: TriggerCall = { operation: 'createPayout', body: { amount: 500, currency: 'usd', description } }

const made = (summary: string, ...calls: Trigger['calls']): Trigger => ({ summary, calls })

const noteRefund: TriggerCall = { operation: 'updateRefund', id: '$2.id', body: { metadata: { by: 'micro trigger' } } }

/** The events one can cause at once, each by the API calls that lead to it. */
export const triggers: Readonly<Record<string, Trigger>> = {
  'payment_intent.created': made('create a payment intent', create),
  'payment_intent.succeeded': made('create a payment intent and pay it with a test card', create, pay),
  'payment_intent.payment_failed': made('create a payment intent and have its card declined', create, decline),
  'payment_intent.canceled': made('create a payment intent and cancel it', create, cancel),
  'payment_intent.amount_capturable_updated': made('authorise a payment for later', createHeld, pay),
  'payment_intent.requires_action': made(
    'confirm with a card whose holder has to agree',
    create,
    confirm('pm_card_threeDSecure2Required', { return_url: 'https://example.com/done' }),
  ),
  'charge.succeeded': made('create a payment intent and pay it with a test card', create, pay),
  'charge.failed': made('create a payment intent and have its card declined', create, decline),
  'charge.captured': made('authorise a payment, and capture it', createHeld, pay, capture),
  'charge.updated': made('pay, and note something at the charge', create, pay, noteCharge),
  'charge.refunded': made('pay, and refund it', create, pay, refund),
  'charge.dispute.created': made('pay with a card whose holder disputes it', create, dispute),
  'charge.dispute.funds_withdrawn': made('pay with a card whose holder disputes it', create, dispute),
  'refund.created': made('pay, and refund it', create, pay, refund),
  'refund.updated': made('pay, refund it, and note something at the refund', create, pay, refund, noteRefund),
  'charge.refund.updated': made('pay, refund it, and note something at the refund', create, pay, refund, noteRefund),
  'balance.available': made('pay with a card whose money is there at once', createMuch, payAtOnceAvailable),
  'customer.created': made('create a customer', createCustomer),
  'customer.updated': made('create a customer and change it', createCustomer, {
    operation: 'updateCustomer',
    id: '$0.id',
    body: { name: 'Changed by micro trigger' },
  }),
  'customer.deleted': made('create a customer and delete it', createCustomer, {
    operation: 'deleteCustomer',
    id: '$0.id',
  }),
  'payment_method.attached': made('give a customer a card', createCustomer, attach),
  'payment_method.updated': made('give a customer a card, and change what is noted of it', createCustomer, attach, {
    operation: 'updatePaymentMethod',
    id: '$1.id',
    body: { metadata: { by: 'micro trigger' } },
  }),
  'payment_method.detached': made('give a customer a card, and take it away', createCustomer, attach, {
    operation: 'detachPaymentMethod',
    id: '$1.id',
    body: {},
  }),
  'setup_intent.created': made('create a setup intent', setUp),
  'setup_intent.succeeded': made('set a card up for later', setUp, confirmSetUp('pm_card_visa')),
  'setup_intent.setup_failed': made('have a card declined when it is set up', setUp, {
    ...confirmSetUp('pm_card_chargeDeclined'),
    declined: true,
  }),
  'setup_intent.requires_action': made(
    'set up a card whose holder has to agree',
    setUp,
    confirmSetUp('pm_card_threeDSecure2Required'),
  ),
  'setup_intent.canceled': made('create a setup intent and cancel it', setUp, {
    operation: 'cancelSetupIntent',
    id: '$0.id',
    body: {},
  }),
  'payout.created': made(
    'pay with a card whose money is there at once, and pay it out',
    createMuch,
    payAtOnceAvailable,
    payOut,
  ),
  'payout.canceled': made('pay out, and cancel it', createMuch, payAtOnceAvailable, payOut, {
    operation: 'cancelPayout',
    id: '$2.id',
    body: {},
  }),
  'product.created': made('create a product', createProduct),
  'product.updated': made('create a product and change it', createProduct, {
    operation: 'updateProduct',
    id: '$0.id',
    body: { description },
  }),
  'product.deleted': made('create a product and delete it', createProduct, {
    operation: 'deleteProduct',
    id: '$0.id',
  }),
  'price.created': made('create a product with a price', createProduct, createPrice),
  'price.updated': made('create a price and change it', createProduct, createPrice, {
    operation: 'updatePrice',
    id: '$1.id',
    body: { nickname: 'Changed by micro trigger' },
  }),
  'checkout.session.expired': made(
    'create a checkout session and expire it',
    {
      operation: 'createCheckoutSession',
      body: {
        mode: 'payment',
        success_url: 'https://example.com/done',
        line_items: [
          {
            quantity: 1,
            price_data: { currency: 'usd', unit_amount: 2000, product_data: { name: 'Made by micro trigger' } },
          },
        ],
      },
    },
    { operation: 'expireCheckoutSession', id: '$0.id' },
  ),
}
