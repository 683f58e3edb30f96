import { randomUUID } from 'node:crypto'
import { ApiError } from '@micro/client'
import type { PaymentIntent } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { PaymentsClient } from '../session/api.ts'
import { Failure } from '../shell/failure.ts'
import type { TriggerCall } from './triggers.ts'

/** What one call did, in words and as data. */
export interface Performed {
  readonly operation: TriggerCall['operation']
  readonly payment_intent: string
  readonly charge: string | null
  readonly status: string
  /** Why the card was declined, where that was the point. */
  readonly decline_code?: string
}

const idOf = (earlier: string | undefined): string => {
  assert(earlier !== undefined, 'a trigger begins with the call that makes its payment intent')
  return earlier
}

/** The intent inside the answer that a declined confirmation is. */
const declined = async (confirming: Promise<PaymentIntent>): Promise<{ intent: PaymentIntent; code: string }> => {
  try {
    await confirming
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 402) throw error
    const { payment_intent: intent, decline_code, code } = error.body.error
    if (typeof intent !== 'object' || intent === null) throw error
    return {
      intent: intent as PaymentIntent,
      code: typeof decline_code === 'string' ? decline_code : (code ?? 'declined'),
    }
  }
  throw new Failure('The card was expected to be declined, but the payment went through.')
}

const answerOf = (call: TriggerCall, payments: PaymentsClient, earlier: string | undefined): Promise<PaymentIntent> => {
  // A repeat inside the transport must not charge twice.
  const idempotencyKey = `trigger_${randomUUID()}`
  switch (call.operation) {
    case 'createPaymentIntent':
      return payments.createPaymentIntent({ body: call.body, idempotencyKey })
    case 'confirmPaymentIntent':
      return payments.confirmPaymentIntent({ params: { id: idOf(earlier) }, body: call.body, idempotencyKey })
    case 'cancelPaymentIntent':
      return payments.cancelPaymentIntent({ params: { id: idOf(earlier) }, body: call.body, idempotencyKey })
  }
}

const performedOf = (call: TriggerCall, { id, latest_charge, status }: PaymentIntent): Performed => ({
  operation: call.operation,
  payment_intent: id,
  charge: latest_charge,
  status,
})

/** Makes the calls one after another. @throws ApiError, ConnectionError, Failure */
export const perform = async (
  calls: readonly TriggerCall[],
  payments: PaymentsClient,
  report: (done: Performed) => void,
): Promise<Performed[]> => {
  const all: Performed[] = []
  for (const call of calls) {
    const answer = answerOf(call, payments, all[0]?.payment_intent)
    let done: Performed
    if (call.operation === 'confirmPaymentIntent' && call.declined === true) {
      const { intent, code } = await declined(answer)
      done = { ...performedOf(call, intent), decline_code: code }
    } else done = performedOf(call, await answer)
    all.push(done)
    report(done)
  }
  return all
}
