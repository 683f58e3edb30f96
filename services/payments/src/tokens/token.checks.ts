import type { paymentsApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { isBareNumber, type Checks } from '@micro/service'
import { testNumbers } from './test-numbers.ts'
import type { TakenCard } from './token.ts'

/**
 * Puts the test card that a number stands for in the number's place, and takes the security code away, so that nothing
 * from here on has either: neither the fingerprint of an idempotency key nor a handler.
 * @throws Fault incorrect_number, card_number_refused, invalid_cvc
 */
const takeNumber = (card: TakenCard): void => {
  const number = card.number.replaceAll(/[\s.-]/g, '')
  if (!isBareNumber(number)) throw new Fault('incorrect_number', { param: 'card[number]' })
  const method = testNumbers.get(number)
  if (method === undefined) throw new Fault('card_number_refused', { param: 'card[number]' })
  const isCode = method === 'pm_card_amex' ? /^\d{3,4}$/ : /^\d{3}$/
  if (card.cvc !== undefined && !isCode.test(card.cvc)) throw new Fault('invalid_cvc', { param: 'card[cvc]' })
  card.number = method
  if (card.cvc !== undefined) card.cvc = 'given'
}

/** With a secret key no number is taken at all: it would be on the merchant's server already. */
export const tokenChecks: Checks<typeof paymentsApi> = {
  createToken({ principal, body }) {
    if (principal.kind !== 'publishable_key' || principal.mode !== 'test')
      throw new Fault('card_number_refused', { param: 'card[number]' })
    takeNumber(body.card)
  },
}
