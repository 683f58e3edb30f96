import { paymentsApi, successStatus } from '@micro/contracts'
import type { Call, Handlers } from '@micro/service'
import { intentMissing, isIntentId } from '../payment-intents/payment-intent.ids.ts'
import type { Capturing } from './capturing.work.ts'

type Api = typeof paymentsApi

export const captureHandlers = (capturing: Capturing): Handlers<Pick<Api, 'capturePaymentIntent'>> => ({
  capturePaymentIntent({ principal: { merchant, mode }, ...call }: Call<Api['capturePaymentIntent']>) {
    const { params, body } = call
    if (!isIntentId(params.id)) throw intentMissing(params.id)
    return capturing.capture({
      tenant: { merchant, mode },
      intent: params.id,
      amount: body.amount_to_capture === undefined ? undefined : BigInt(body.amount_to_capture),
      param: 'amount_to_capture',
      metadata: body.metadata,
      texts: {
        statement_descriptor: body.statement_descriptor,
        statement_descriptor_suffix: body.statement_descriptor_suffix,
      },
      requestId: call.requestId,
      claim: call.idempotency,
      answerStatus: successStatus(paymentsApi.capturePaymentIntent, call.surface),
      answerWith: 'payment_intent',
    })
  },
})
