import type { paymentsApi } from '@micro/contracts'
import { chargeAmountMax, chargeAmountMin, currencies, Fault } from '@micro/kernel'
import { isBareNumber, type Checks } from '@micro/service'
import { testCards } from '../processors/test-cards.ts'

/** @throws Fault currency_unsupported, amount_too_small, amount_too_large */
export const checkAmount = (amount: bigint, currency: string): void => {
  const code = currency.toLowerCase()
  if (!currencies.has(code)) throw new Fault('currency_unsupported', { currency: code, param: 'currency' })
  const min = chargeAmountMin(code)
  if (amount < min) throw new Fault('amount_too_small', { min: String(min), currency: code, param: 'amount' })
  if (amount > chargeAmountMax) throw new Fault('amount_too_large', { max: String(chargeAmountMax), param: 'amount' })
}

/**
 * In test mode only the simulator's payment methods exist; in live mode the processor will know.
 * @throws Fault card_number_refused, parameter_resource_missing
 */
export const checkPaymentMethod = (id: string, mode: 'test' | 'live', param: string): void => {
  if (isBareNumber(id)) throw new Fault('card_number_refused', { param })
  if (mode === 'test' ? testCards.has(id) : /^[A-Za-z0-9_-]{1,255}$/.test(id)) return
  throw new Fault('parameter_resource_missing', { resource: 'PaymentMethod', id, param })
}

/** What the schemas cannot say; a request refused here is stored under no idempotency key. */
export const paymentIntentChecks: Checks<typeof paymentsApi> = {
  createPaymentIntent({ body, principal, surface }) {
    if (body.payment_method !== undefined) checkPaymentMethod(body.payment_method, principal.mode, 'payment_method')
    checkAmount(BigInt(body.amount), body.currency)
    const hasDefault = surface === 'original' && principal.mode === 'test'
    if (body.confirm === true && body.payment_method === undefined && !hasDefault) {
      throw new Fault('payment_method_missing', { param: 'payment_method' })
    }
  },
  confirmPaymentIntent({ body, principal }) {
    const { payment_method: method, payment_method_id: originalName } = body
    if (method !== undefined) checkPaymentMethod(method, principal.mode, 'payment_method')
    if (originalName !== undefined) checkPaymentMethod(originalName, principal.mode, 'payment_method_id')
    if (method !== undefined && originalName !== undefined && method !== originalName) {
      throw new Fault('parameter_invalid', {
        param: 'payment_method_id',
        reason: 'it differs from payment_method, which means the same',
      })
    }
  },
}
