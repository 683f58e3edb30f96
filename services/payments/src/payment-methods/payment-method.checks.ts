import type { PaymentMethodParam, paymentsApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { isBareNumber, type Checks } from '@micro/service'

type Card = PaymentMethodParam['card']

/** Whoever issued it, a number of a card's length in the place of a payment method is one. @throws Fault card_number_refused */
export const refuseBareNumber = (value: string | undefined, param: string): void => {
  if (value !== undefined && isBareNumber(value)) throw new Fault('card_number_refused', { param })
}

/** Only a token of a card is taken. @throws Fault card_number_refused, parameter_missing */
export const checkCard = (card: Card, paramOf: (name: string) => string): void => {
  for (const name of ['number', 'cvc', 'exp_month', 'exp_year'] as const)
    if (card[name] !== undefined) throw new Fault('card_number_refused', { param: paramOf(name) })
  if (card.token === undefined) throw new Fault('parameter_missing', { param: paramOf('token') })
  refuseBareNumber(card.token, paramOf('token'))
}

/** Card data is refused before an idempotency key is claimed, so that not even a fingerprint of it is kept. */
export const paymentMethodChecks: Checks<typeof paymentsApi> = {
  createPaymentMethod: ({ body: { card } }) => checkCard(card, (name) => `card[${name}]`),
}
