import { errorBody, Fault } from '@micro/kernel'
import type { Decline } from '../processors/processor.ts'

/** What a caller is told of a card that the processor refused: status 402, in the card network's own words. */
export const declineAnswer = (
  { code, declineCode, message, param, adviceCode }: Decline,
  members: Readonly<Record<string, unknown>> = {},
): { readonly status: number; readonly body: { readonly error: object } } => {
  const fault = new Fault(code, { decline_code: declineCode, param, advice_code: adviceCode, ...members })
  return { status: fault.spec.status, body: { error: { ...errorBody(fault).error, message } } }
}
