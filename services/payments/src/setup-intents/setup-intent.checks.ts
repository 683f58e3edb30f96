import type { paymentsApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Checks } from '@micro/service'
import { checkBrowserCall } from '../payment-intents/client-secret.ts'
import { checkReturnUrl } from '../payment-intents/payment-intent.checks.ts'
import { refuseBareNumber } from '../payment-methods/payment-method.checks.ts'

/** What the schemas cannot say; a request refused here is stored under no idempotency key. */
export const setupIntentChecks: Checks<typeof paymentsApi> = {
  createSetupIntent({ body }) {
    refuseBareNumber(body.payment_method, 'payment_method')
    checkReturnUrl(body.return_url)
    if (body.confirm === true && body.payment_method === undefined)
      throw new Fault('payment_method_missing', { param: 'payment_method' })
  },
  updateSetupIntent: ({ body }) => refuseBareNumber(body.payment_method, 'payment_method'),
  retrieveSetupIntent({ principal, query }) {
    checkBrowserCall({ principal, clientSecret: query.client_secret })
  },
  confirmSetupIntent({ principal, body }) {
    checkBrowserCall({ principal, clientSecret: body.client_secret }, body)
    checkReturnUrl(body.return_url)
    refuseBareNumber(body.payment_method, 'payment_method')
  },
}
