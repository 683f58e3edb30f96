import { within, type Logger } from '@micro/service'
import { PaymentDiffers } from '../processors/same-payment.ts'

/** A remote operation that must not be done twice: how to send it, and how to ask what became of it. */
export interface Remote<Outcome> {
  send(signal: AbortSignal): Promise<Outcome>
  /** Undefined only when the other side certainly has none of it. */
  find(signal: AbortSignal): Promise<Outcome | undefined>
}

export interface Patience {
  readonly sendMs: number
  readonly findMs: number
}

type Step = 'send' | 'find' | 'resend'

/**
 * Learns the outcomes of remote operations. Never re-sent blindly: only what the other side certainly does not have is
 * sent again, under the same id. Undefined: it could not be learnt now.
 */
export const remotely = <Outcome>(
  remote: Remote<Outcome>,
  patience: Patience,
  tell: (step: Step, error: unknown) => void,
) => {
  const unknown =
    (step: Step) =>
    (error: unknown): undefined => {
      tell(step, error)
      return undefined
    }

  const lookUp = async (findMs: number, resendMs: number): Promise<Outcome | undefined> => {
    try {
      const found = await within(findMs, (signal) => remote.find(signal))
      if (found !== undefined) return found
    } catch (error) {
      return unknown('find')(error)
    }
    return within(resendMs, (signal) => remote.send(signal)).catch(unknown('resend'))
  }

  return {
    /** Of what was certainly never sent. */
    async send(): Promise<Outcome | undefined> {
      try {
        return await within(patience.sendMs, (signal) => remote.send(signal))
      } catch (error) {
        unknown('send')(error)
        return lookUp(patience.findMs, patience.findMs)
      }
    },
    /** Of what may or may not have been sent; `findMs`: how long the look-up is waited for, where it is otherwise. */
    resolve: (findMs = patience.findMs): Promise<Outcome | undefined> => lookUp(findMs, patience.sendMs),
  }
}

/** How an unknown result is logged, for what it is of. */
export const tellUnknown =
  (log: Logger, facts: object, event: string) =>
  (step: Step, error: unknown): void =>
    error instanceof PaymentDiffers
      ? log.error({ err: error, ...facts, step }, 'processor.payment_differs')
      : log.warn({ err: error, ...facts, step }, event)
