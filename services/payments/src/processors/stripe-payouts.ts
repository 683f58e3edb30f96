import type Stripe from 'stripe'
import { fromUnixSeconds } from '@micro/kernel'
import type { Told, ToldPayout } from './telling.ts'

const statuses: readonly ToldPayout['status'][] = ['pending', 'in_transit', 'paid', 'failed', 'canceled']

/** Undefined: it takes money from the bank instead, or stands in a way that there is no word for here. */
export const toldOfPayout = (payout: Stripe.Payout): Told | undefined => {
  const status = statuses.find((each) => each === payout.status)
  if (status === undefined || payout.amount <= 0) return undefined
  return {
    kind: 'payout',
    payout: {
      id: payout.id,
      amount: BigInt(payout.amount),
      currency: payout.currency,
      status,
      automatic: payout.automatic,
      arrivesOn: fromUnixSeconds(payout.arrival_date),
      description: payout.description,
      statementDescriptor: payout.statement_descriptor,
      refusal:
        status === 'failed'
          ? {
              code: payout.failure_code ?? 'declined',
              message: payout.failure_message ?? 'The bank did not take the payout.',
            }
          : null,
    },
  }
}
