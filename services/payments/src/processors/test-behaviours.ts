import type { DisputeReason } from '@micro/contracts'

/** What becomes of a charge of test mode after it succeeded. */
export interface TestBehaviour {
  /** `pending`: succeeds a moment later. `fails`: succeeds at once and fails a moment later. */
  readonly refund?: 'pending' | 'fails'
  readonly dispute?: { readonly reason: DisputeReason; readonly inquiry: boolean }
}

const behaviours: Readonly<Record<string, TestBehaviour>> = {
  pendingRefund: { refund: 'pending' },
  refundFail: { refund: 'fails' },
  createDispute: { dispute: { reason: 'fraudulent', inquiry: false } },
  createDisputeProductNotReceived: { dispute: { reason: 'product_not_received', inquiry: false } },
  createDisputeInquiry: { dispute: { reason: 'fraudulent', inquiry: true } },
}

/** By the payment method's name, as `pm_card_createDispute` or `tok_createDispute`. */
export const behaviourOf = (paymentMethod: string): TestBehaviour =>
  behaviours[paymentMethod.replace(/^(pm_card|tok)_/, '')] ?? {}
