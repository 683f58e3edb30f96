import type { PayoutStatus } from '@micro/contracts'
import type { ProcessorOutcome } from './processor.ts'
import type { DisputeDecision, OpenedDispute } from './disputing.ts'
import type { SettlementLine, SettlementPage, SettlementStretch } from './settling.ts'
import type { RefundOutcome } from './refunding.ts'
import type { PageThere } from './paging.ts'
import type { PaymentThere, RefundThere } from './same-payment.ts'

/** A payout that the processor made. Amount in minor units, positive. */
export interface ToldPayout {
  readonly id: string
  readonly amount: bigint
  readonly currency: string
  readonly status: PayoutStatus
  readonly automatic: boolean
  readonly arrivesOn: Date
  readonly description: string | null
  readonly statementDescriptor: string | null
  /** Why it failed; null otherwise. */
  readonly refusal: { readonly code: string; readonly message: string } | null
}

/** How one thing stands at a processor that was asked about it. Ids of Micro's are those it was sent with. */
export type Told =
  | {
      readonly kind: 'charge'
      readonly charge: string
      readonly payment: PaymentThere
      /** Undefined: not decided yet. */
      readonly outcome: ProcessorOutcome | undefined
      /** It holds no authorisation any more, and took no money. */
      readonly canceled: boolean
    }
  | {
      readonly kind: 'refund'
      readonly refund: string
      readonly there: RefundThere
      readonly outcome: RefundOutcome
    }
  | {
      readonly kind: 'dispute'
      readonly dispute: OpenedDispute
      /** What is disputed. */
      readonly payment: PaymentThere
      readonly currency: string
      /** Undefined: it is open. */
      readonly decision: DisputeDecision | undefined
      /** What it has moved so far. */
      readonly lines: readonly SettlementLine[]
    }
  | { readonly kind: 'payout'; readonly payout: ToldPayout }
  | { readonly kind: 'page'; readonly session: string; readonly page: PageThere }
  /** What it settled of one charge; none: not yet. */
  | {
      readonly kind: 'settled'
      readonly charge: string
      readonly payment: PaymentThere
      readonly lines: readonly SettlementLine[]
    }

/** Asks one processor about what it named. Calls are bounded by the client's own timeout. */
export interface Teller {
  /** By the processor's id of it, asked now. Undefined: there is no such thing there, or it is none of Micro's. */
  about(object: string, now: Date): Promise<Told | undefined>
  /** What it settled. Told again, a line has the name it had. */
  settled(stretch: SettlementStretch): Promise<SettlementPage>
}
