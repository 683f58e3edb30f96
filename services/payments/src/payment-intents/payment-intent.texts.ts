import type { PaymentMethodOptions, Shipping, ShippingParam } from '@micro/contracts'
import { addressOf } from '../address.ts'
import { plainCardOptions } from './payment-intent.wire.ts'

/** As given, or as it was where nothing is said of it; an empty text, as null, is none. */
export const kept = <T>(before: T | null, given: T | '' | null | undefined): T | null =>
  given === undefined ? before : given === '' ? null : given

/** All members of it, null where nothing is said. */
export const shippingOf = (given: ShippingParam): Shipping => ({
  address: addressOf(given.address),
  carrier: given.carrier ?? null,
  name: given.name,
  phone: given.phone ?? null,
  tracking_number: given.tracking_number ?? null,
})

/** As `shippingOf`, of what may be left out or taken away. */
export const changedShipping = (
  before: Shipping | null,
  given: ShippingParam | '' | null | undefined,
): Shipping | null => {
  if (given === undefined) return before
  return given === '' || given === null ? null : shippingOf(given)
}

/** What may be asked of cards. */
export interface OptionsInput {
  readonly card?: {
    readonly capture_method?: 'manual' | '' | null
    readonly request_three_d_secure?: 'any' | 'automatic' | 'challenge'
    readonly setup_future_usage?: 'on_session' | 'off_session' | '' | null
  }
}

type CardOptions = NonNullable<PaymentMethodOptions['card']>

/** What is asked for cards in particular, over what was asked before. */
export const optionsOf = (
  before: PaymentMethodOptions | null,
  given: OptionsInput | undefined,
): PaymentMethodOptions | null => {
  if (given?.card === undefined) return before
  const { capture_method, setup_future_usage, ...rest }: CardOptions = before?.card ?? plainCardOptions
  const capture = kept(capture_method ?? null, given.card.capture_method)
  const usage = kept(setup_future_usage ?? null, given.card.setup_future_usage)
  return {
    card: {
      ...rest,
      request_three_d_secure: given.card.request_three_d_secure ?? rest.request_three_d_secure,
      ...(capture === null ? {} : { capture_method: capture }),
      ...(usage === null ? {} : { setup_future_usage: usage }),
    },
  }
}
