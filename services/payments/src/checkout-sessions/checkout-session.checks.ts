import type { Body, paymentsApi } from '@micro/contracts'
import { currencies, Fault } from '@micro/kernel'
import type { Checks } from '@micro/service'
import { checkLine } from './line-items.work.ts'

type CreateBody = Body<typeof paymentsApi.createCheckoutSession>

/** Only what a browser follows without running it. @throws Fault parameter_invalid */
const checkUrl = (url: string | undefined, param: string): void => {
  if (url === undefined) return
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return
  throw new Fault('parameter_invalid', { param, reason: 'it must be an absolute http or https URL' })
}

const ofPayments = ['line_items', 'payment_intent_data', 'submit_type'] as const

/** @throws Fault parameter_missing, parameter_invalid */
const checkPurpose = (body: CreateBody): void => {
  if (body.mode === 'payment') {
    if (body.line_items === undefined) throw new Fault('parameter_missing', { param: 'line_items' })
    if (body.setup_intent_data === undefined) return
    throw new Fault('parameter_invalid', { param: 'setup_intent_data', reason: 'it takes mode=setup' })
  }
  const param = ofPayments.find((name) => body[name] !== undefined)
  if (param !== undefined) throw new Fault('parameter_invalid', { param, reason: 'it takes mode=payment' })
}

/** @throws Fault parameter_invalid */
const checkCustomer = ({ customer, customer_creation, customer_email: email }: CreateBody): void => {
  const refuse = (param: string, reason: string): Fault => new Fault('parameter_invalid', { param, reason })
  if (customer !== undefined && customer_creation !== undefined)
    throw refuse('customer_creation', 'it cannot be given together with customer')
  if (customer !== undefined && email !== undefined)
    throw refuse('customer_email', 'it cannot be given together with customer')
  if (email !== undefined && !isEmail(email)) throw refuse('customer_email', 'it must be an e-mail address')
}

/** Something before and behind one @, without spaces: whether it is anybody's shows when somebody writes there. */
export const isEmail = (text: string): boolean => text.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)

/** What the schema cannot say; a request refused here is stored under no idempotency key. */
export const checkoutSessionChecks: Checks<typeof paymentsApi> = {
  createCheckoutSession({ body }) {
    checkUrl(body.success_url, 'success_url')
    checkUrl(body.cancel_url, 'cancel_url')
    checkPurpose(body)
    checkCustomer(body)
    const currency = body.currency?.toLowerCase()
    if (currency !== undefined && !currencies.has(currency))
      throw new Fault('currency_unsupported', { currency, param: 'currency' })
    for (const [at, line] of (body.line_items ?? []).entries()) checkLine(line, at)
  },
}
