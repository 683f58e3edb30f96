import type { paymentsApi, PaymentIntentStatus } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { SetupIntentWork } from '../setup-intents/setup-intent.work.ts'
import { authenticationPage, leadBack } from './authentication.page.ts'
import type { AuthenticationWork } from './authentication.work.ts'

type Api = typeof paymentsApi

/** In Stripe's words: what the shop's page is told of the payment. */
const redirectStatus: Readonly<Record<PaymentIntentStatus, 'succeeded' | 'pending' | 'failed'>> = {
  requires_payment_method: 'failed',
  requires_confirmation: 'succeeded',
  requires_action: 'pending',
  processing: 'pending',
  requires_capture: 'succeeded',
  succeeded: 'succeeded',
  canceled: 'failed',
}

/** What waits may be a payment, or a card that is set up for later ones. */
export const authenticationHandlers = (
  authentications: AuthenticationWork,
  setups: SetupIntentWork,
): Handlers<Pick<Api, 'showAuthentication' | 'finishAuthentication'>> => ({
  async showAuthentication({ params }) {
    const setup = await setups.findChallenged(params.id)
    if (setup !== undefined) {
      const { description, return_url: returnUrl } = setup
      return authenticationPage({ amount: undefined, currency: undefined, description, returnUrl })
    }
    const { amount, currency, description, return_url, mode } = await authentications.find(params.id)
    assert(mode === 'test', 'only the simulator asks the holder of a card here')
    return authenticationPage({ amount, currency, description, returnUrl: return_url })
  },
  async finishAuthentication({ params, body, requestId }) {
    const setup = await setups.finish(params.id, body.action, requestId)
    if (setup !== undefined)
      return leadBack(setup.return_url, {
        setup_intent: setup.id,
        setup_intent_client_secret: setup.client_secret,
        redirect_status: setup.status === 'succeeded' ? 'succeeded' : 'failed',
      })
    const intent = await authentications.finish(params.id, body.action, requestId)
    return leadBack(intent.return_url, {
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: redirectStatus[intent.status],
    })
  },
})
