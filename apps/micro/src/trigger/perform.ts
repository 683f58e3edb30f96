import { randomUUID } from 'node:crypto'
import { ApiError } from '@micro/client'
import { assert } from '@micro/kernel'
import type { PaymentsClient } from '../session/api.ts'
import { Failure } from '../shell/failure.ts'
import type { TriggerCall } from './triggers.ts'

type Answered = Readonly<Record<string, unknown>> & { readonly id: string }

/** What one call did, in words and as data. */
export interface Performed {
  readonly operation: TriggerCall['operation']
  /** The object it is about, by what it is called and its id: `payment_intent`, `pi_…`. */
  readonly object: string
  readonly id: string
  readonly status?: string
  readonly charge?: string
  /** Why the card was declined, where that was the point. */
  readonly decline_code?: string
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** `$1.latest_charge` as what it stands for; any other text as it is. */
const filledText = (text: string, earlier: readonly Answered[]): string => {
  const [, at, member = ''] = /^\$(\d)\.(\w+)$/.exec(text) ?? []
  if (at === undefined) return text
  const value = earlier[Number(at)]?.[member]
  assert(isText(value), `no earlier call of the trigger answered ${text}`)
  return value
}

const filled = (body: Readonly<Record<string, unknown>>, earlier: readonly Answered[]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, isText(value) ? filledText(value, earlier) : value]),
  )

/** The object inside the answer that a declined confirmation is. */
const declined = async (confirming: Promise<Answered>): Promise<{ answer: Answered; code: string }> => {
  try {
    await confirming
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 402) throw error
    const { payment_intent, setup_intent, decline_code, code } = error.body.error
    const answer = payment_intent ?? setup_intent
    if (typeof answer !== 'object' || answer === null) throw error
    return { answer: answer as Answered, code: isText(decline_code) ? decline_code : (code ?? 'declined') }
  }
  throw new Failure('The card was expected to be declined, but the payment went through.')
}

const answerOf = (call: TriggerCall, payments: PaymentsClient, earlier: readonly Answered[]): Promise<Answered> => {
  // What a trigger sends is data: the service checks it, and a test of each one that it does so gladly.
  const send = payments[call.operation] as (input: object) => Promise<Answered>
  return send({
    ...(call.id === undefined ? {} : { params: { id: filledText(call.id, earlier) } }),
    ...(call.body === undefined ? {} : { body: filled(call.body, earlier) }),
    // A repeat inside the transport must not charge twice.
    idempotencyKey: `trigger_${randomUUID()}`,
  })
}

const performedOf = ({ operation }: TriggerCall, answer: Answered): Performed => {
  const { id, object, status, latest_charge: charge } = answer
  return {
    operation,
    object: isText(object) ? object : '',
    id,
    ...(isText(status) ? { status } : {}),
    ...(isText(charge) ? { charge } : {}),
  }
}

/** Makes the calls one after another. @throws ApiError, ConnectionError, Failure */
export const perform = async (
  calls: readonly TriggerCall[],
  payments: PaymentsClient,
  report: (done: Performed) => void,
): Promise<Performed[]> => {
  const answers: Answered[] = []
  const all: Performed[] = []
  for (const call of calls) {
    const answering = answerOf(call, payments, answers)
    const { answer, code } = call.declined === true ? await declined(answering) : { answer: await answering, code: '' }
    const done = { ...performedOf(call, answer), ...(code === '' ? {} : { decline_code: code }) }
    answers.push(answer)
    all.push(done)
    report(done)
  }
  return all
}
