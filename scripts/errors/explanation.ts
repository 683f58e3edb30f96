import type { FaultCode } from '@micro/kernel'
import { accessExplanations } from './access.ts'
import { eventExplanations } from './events.ts'
import { ledgerExplanations } from './ledger.ts'
import { ownExplanations } from './own.ts'
import { paymentExplanations } from './payment.ts'
import { requestExplanations } from './request.ts'

/** What the documentation says of an error beside its message, in Markdown. */
export interface Explanation {
  /** What it means: when it is answered. */
  readonly when: string
  /** What to do then. */
  readonly remedy: string
}

/** Of every error a caller can be told: a new one without words does not compile. */
export const explanations: Readonly<Record<FaultCode, Explanation>> = {
  ...requestExplanations,
  ...accessExplanations,
  ...paymentExplanations,
  ...ledgerExplanations,
  ...eventExplanations,
  ...ownExplanations,
} satisfies Record<FaultCode, Explanation>
