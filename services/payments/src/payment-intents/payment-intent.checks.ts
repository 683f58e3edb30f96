import type { PaymentMethodParam, paymentsApi } from '@micro/contracts'
import { chargeAmountMax, chargeAmountMin, currencies, Fault } from '@micro/kernel'
import { isBareNumber, type Checks } from '@micro/service'
import { checkAmountStep } from '../amount-step.ts'
import { testCards } from '../processors/test-cards.ts'
import { checkCard } from '../payment-methods/payment-method.checks.ts'
import { checkBrowserCall } from './client-secret.ts'

/** @throws Fault currency_unsupported, amount_too_small, amount_too_large, parameter_invalid */
export const checkAmount = (amount: bigint, currency: string, param = 'amount'): void => {
  const code = currency.toLowerCase()
  if (!currencies.has(code)) throw new Fault('currency_unsupported', { currency: code, param: 'currency' })
  const min = chargeAmountMin(code)
  if (amount < min) throw new Fault('amount_too_small', { min: String(min), currency: code, param })
  if (amount > chargeAmountMax) throw new Fault('amount_too_large', { max: String(chargeAmountMax), param })
  checkAmountStep(amount, { currency: code, param })
}

/**
 * What can be no payment method at all is refused before anything is kept of the request; whether one exists is found
 * out later. @throws Fault card_number_refused, parameter_resource_missing
 */
export const checkPaymentMethod = (id: string, mode: 'test' | 'live', param: string): void => {
  if (isBareNumber(id)) throw new Fault('card_number_refused', { param })
  if (mode === 'test' ? testCards.has(id) || /^pm_[0-9A-Za-z]{24}$/.test(id) : /^[A-Za-z0-9_-]{1,255}$/.test(id)) return
  throw new Fault('parameter_resource_missing', { resource: 'PaymentMethod', id, param })
}

/** Where who pays comes back to. Only what a browser follows without running it. @throws Fault parameter_invalid */
export const checkReturnUrl = (url: string | undefined): void => {
  if (url === undefined) return
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new Fault('parameter_invalid', { param: 'return_url', reason: 'it must be an absolute http or https URL' })
}

/** @throws Fault card_number_refused, parameter_missing, parameter_invalid beside a payment method */
const checkMethodData = (body: { payment_method?: string; payment_method_data?: PaymentMethodParam }): void => {
  const { payment_method_data: data } = body
  if (data === undefined) return
  checkCard(data.card, (name) => `payment_method_data[card][${name}]`)
  if (body.payment_method === undefined) return
  throw new Fault('parameter_invalid', {
    param: 'payment_method_data',
    reason: 'it cannot be given with payment_method',
  })
}

/** What the schemas cannot say; a request refused here is stored under no idempotency key. */
export const paymentIntentChecks: Checks<typeof paymentsApi> = {
  createPaymentIntent({ body, principal, surface }) {
    if (body.payment_method !== undefined) checkPaymentMethod(body.payment_method, principal.mode, 'payment_method')
    checkAmount(BigInt(body.amount), body.currency)
    checkMethodData(body)
    checkReturnUrl(body.return_url)
    const hasDefault = surface === 'original' && principal.mode === 'test'
    const given = body.payment_method ?? body.payment_method_data
    if (body.confirm === true && given === undefined && !hasDefault) {
      throw new Fault('payment_method_missing', { param: 'payment_method' })
    }
    for (const param of ['error_on_requires_action', 'off_session'] as const) {
      if (body[param] === undefined || body[param] === false || body.confirm === true) continue
      throw new Fault('parameter_invalid', { param, reason: 'it can only be given with confirm=true' })
    }
  },
  updatePaymentIntent({ body, principal }) {
    const { payment_method: method } = body
    if (method !== undefined && method !== null && method !== '')
      checkPaymentMethod(method, principal.mode, 'payment_method')
  },
  retrievePaymentIntent({ query, principal }) {
    checkBrowserCall({ principal, clientSecret: query.client_secret })
  },
  confirmPaymentIntent({ body, principal }) {
    checkBrowserCall({ principal, clientSecret: body.client_secret }, body)
    const { payment_method: method, payment_method_id: originalName } = body
    if (method !== undefined) checkPaymentMethod(method, principal.mode, 'payment_method')
    if (originalName !== undefined) checkPaymentMethod(originalName, principal.mode, 'payment_method_id')
    checkMethodData(body)
    checkReturnUrl(body.return_url)
    if (method !== undefined && originalName !== undefined && method !== originalName) {
      throw new Fault('parameter_invalid', {
        param: 'payment_method_id',
        reason: 'it differs from payment_method, which means the same',
      })
    }
  },
  capturePaymentIntent({ body }) {
    if (body.final_capture === false) {
      throw new Fault('parameter_invalid', {
        param: 'final_capture',
        reason: 'every capture is the final one here; what is left of the authorisation is given back with it',
      })
    }
  },
  createCharge({ body, principal }) {
    if (body.source !== undefined) checkPaymentMethod(body.source, principal.mode, 'source')
    checkAmount(BigInt(body.amount), body.currency)
  },
}
