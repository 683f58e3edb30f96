import type { refundsApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Checks } from '@micro/service'

/** What the schemas cannot say; a request refused here is stored under no idempotency key. */
export const refundChecks: Checks<typeof refundsApi> = {
  createRefund({ body: { charge, payment_intent } }) {
    if (charge === undefined && payment_intent === undefined) throw new Fault('parameter_missing', { param: 'charge' })
    if (charge !== undefined && payment_intent !== undefined)
      throw new Fault('parameter_invalid', { param: 'payment_intent', reason: 'pass either it or charge, not both' })
  },
}
