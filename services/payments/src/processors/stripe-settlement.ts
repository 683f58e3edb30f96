import type Stripe from 'stripe'
import { fromUnixSeconds } from '@micro/kernel'
import type { SettlementKind, SettlementLine } from './settling.ts'
import { disputeName } from './dispute-name.ts'

/** Micro's charge that a payment there was made for; undefined: it is none of Micro's. */
export const chargeOfIntent = (intent: Stripe.PaymentIntent | string | null): string | undefined =>
  intent === null || typeof intent === 'string' ? undefined : intent.metadata['micro_charge']

const kinds: Readonly<Record<string, SettlementKind>> = {
  charge: 'charge',
  payment: 'charge',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund_failure',
  payment_failure_refund: 'refund_failure',
}

/** Undefined: it is no movement that Micro records, such as a payout, or a fee of the processor's own. */
export const kindOfTransaction = ({
  type,
  reporting_category: category,
}: Pick<Stripe.BalanceTransaction, 'type' | 'reporting_category'>): SettlementKind | undefined => {
  if (type === 'adjustment') return category === 'dispute' || category === 'dispute_reversal' ? category : undefined
  return kinds[type]
}

/** What a balance transaction there came from, as far as it matters: its payment, and the names that Micro gave it. */
export interface SettledSource {
  readonly id: string
  readonly payment_intent?: Stripe.PaymentIntent | string | null
  readonly metadata?: Stripe.Metadata | null
}

export const sourceOf = ({ source }: Stripe.BalanceTransaction): SettledSource | undefined =>
  source === null || typeof source === 'string' ? undefined : (source as SettledSource)

/** The processor's id of the payment that it belongs to. */
export const intentOf = ({ payment_intent: intent }: SettledSource): string | undefined =>
  intent === null || intent === undefined ? undefined : typeof intent === 'string' ? intent : intent.id

/** Micro's charge, where the source itself tells. */
export const chargeOfSource = (source: SettledSource): string | undefined =>
  source.metadata?.['micro_charge'] ?? chargeOfIntent(source.payment_intent ?? null)

/** A line of a processor's balance, named so that no other processor's has its name. */
export const lineOfTransaction = (
  transaction: Stripe.BalanceTransaction,
  {
    processor,
    kind,
    source,
    charge,
  }: { processor: string; kind: SettlementKind; source: SettledSource; charge: string },
): SettlementLine => {
  const isDispute = kind === 'dispute' || kind === 'dispute_reversal'
  const subject = isDispute
    ? disputeName({ processor, id: source.id })
    : kind === 'charge'
      ? charge
      : // What was refunded there by hand has no name of Micro's, and nothing here stands for it.
        (source.metadata?.['micro_refund'] ?? source.id)
  return {
    id: `${processor}:${transaction.id}`,
    kind,
    subject,
    charge,
    processorId: source.id,
    amount: BigInt(transaction.amount),
    currency: transaction.currency,
    fee: BigInt(transaction.fee),
    settledAt: fromUnixSeconds(transaction.created),
  }
}
