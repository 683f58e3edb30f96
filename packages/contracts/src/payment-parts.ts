import Type, { type Static } from 'typebox'
import { Address, AddressParam } from './addresses.ts'
import { Exact, Nullable, Text } from './common.ts'
import { PaymentMethod, PublicPaymentMethod } from './payment-methods.ts'

/** Something of Stripe's that Micro has no equal of; whoever sends it learns that, and no half of it is done. */
export const Refused = (reason: string) =>
  Type.Optional(Type.Unsafe<undefined>({ not: {}, 'x-expected': `left out: ${reason}` }))

export const Shipping = Type.Object({
  address: Type.Optional(Address),
  carrier: Type.Optional(Nullable(Type.String())),
  name: Type.Optional(Type.String()),
  phone: Type.Optional(Nullable(Type.String())),
  tracking_number: Type.Optional(Nullable(Type.String())),
})
export type Shipping = Static<typeof Shipping>

export const ShippingParam = Exact({
  address: AddressParam,
  name: Text(500, 1),
  carrier: Type.Optional(Text(500)),
  phone: Type.Optional(Text(100)),
  tracking_number: Type.Optional(Text(500)),
})
export type ShippingParam = Static<typeof ShippingParam>

const paymentError = {
  type: Type.Union([Type.Literal('card_error'), Type.Literal('invalid_request_error'), Type.Literal('api_error')]),
  code: Type.String(),
  decline_code: Type.Optional(Type.String()),
  advice_code: Type.Optional(Type.String()),
  message: Type.String(),
  param: Type.Optional(Type.String()),
  charge: Type.Optional(Type.String()),
}

export const PaymentError = Type.Object({
  ...paymentError,
  payment_method: Type.Optional(PaymentMethod),
})
export type PaymentError = Static<typeof PaymentError>

/** What a payer's browser sees of it. */
export const PublicPaymentError = Type.Object({
  ...paymentError,
  payment_method: Type.Optional(PublicPaymentMethod),
})
