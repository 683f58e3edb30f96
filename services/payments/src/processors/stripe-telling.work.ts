import Stripe from 'stripe'
import { unixSeconds } from '@micro/kernel'
import { paymentOf } from './stripe.ts'
import { toldOfPayout } from './stripe-payouts.ts'
import type { SettlementLine } from './settling.ts'
import {
  chargeOfIntent,
  chargeOfSource,
  intentOf,
  kindOfTransaction,
  lineOfTransaction,
  sourceOf,
} from './stripe-settlement.ts'
import { pageExpansions } from './stripe-pages.ts'
import { toldOfDispute, toldOfIntent, toldOfPage, toldOfRefund } from './stripe-telling.ts'
import type { Teller, Told } from './telling.ts'

interface TellerDependencies {
  readonly stripe: Stripe
  /** Micro's id of it. */
  readonly processor: string
}

const pageSize = 100

/** Anything else that it refuses says nothing of the thing itself, and is asked again. */
const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing'

/** The key it was asked with is none any more, or may not read this. */
export const isKeyRefused = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeAuthenticationError || error instanceof Stripe.errors.StripePermissionError

/** A processor that is Stripe, or compatible with it, asked about what its events name, and what it settled. */
export const stripeTeller = ({ stripe, processor }: TellerDependencies): Teller => {
  const chargeOf = async (intent: string): Promise<string | undefined> =>
    chargeOfIntent(await stripe.paymentIntents.retrieve(intent))

  /** Undefined: it is no movement of a charge of Micro's. */
  const lineOf = async (transaction: Stripe.BalanceTransaction): Promise<SettlementLine | undefined> => {
    const [kind, source] = [kindOfTransaction(transaction), sourceOf(transaction)]
    if (kind === undefined || source === undefined) return undefined
    const intent = intentOf(source)
    const charge = chargeOfSource(source) ?? (intent === undefined ? undefined : await chargeOf(intent))
    return charge === undefined ? undefined : lineOfTransaction(transaction, { processor, kind, source, charge })
  }

  const linesOf = async (transactions: readonly Stripe.BalanceTransaction[]): Promise<SettlementLine[]> => {
    const lines: SettlementLine[] = []
    // One after the other: a page must not become a hundred requests at once.
    for (const transaction of transactions) {
      const line = await lineOf(transaction)
      if (line !== undefined) lines.push(line)
    }
    return lines
  }

  const settledOf = async (id: string): Promise<Told | undefined> => {
    const charge = await stripe.charges.retrieve(id, { expand: ['payment_intent', 'balance_transaction'] })
    const { balance_transaction: transaction, payment_intent: intent } = charge
    const micros = chargeOfSource(charge)
    // Whatever is charged for Micro is charged by a payment intent.
    if (micros === undefined || intent === null || typeof intent === 'string') return undefined
    const isTold = transaction !== null && typeof transaction !== 'string'
    const kind = isTold ? kindOfTransaction(transaction) : undefined
    const lines =
      isTold && kind !== undefined
        ? [lineOfTransaction(transaction, { processor, kind, source: charge, charge: micros })]
        : []
    return { kind: 'settled', charge: micros, payment: paymentOf(intent), lines }
  }

  const ask = async (id: string, now: Date): Promise<Told | undefined> => {
    if (id.startsWith('pi_')) return toldOfIntent(await stripe.paymentIntents.retrieve(id))
    if (id.startsWith('po_')) return toldOfPayout(await stripe.payouts.retrieve(id))
    if (/^(ch|py)_/.test(id)) return settledOf(id)
    if (id.startsWith('cs_')) return toldOfPage(await stripe.checkout.sessions.retrieve(id, { expand: pageExpansions }))
    if (/^(re|pyr)_/.test(id)) return toldOfRefund(await stripe.refunds.retrieve(id))
    if (/^(dp|du)_/.test(id))
      return toldOfDispute(await stripe.disputes.retrieve(id, { expand: ['payment_intent'] }), { processor, now })
    return undefined
  }

  return {
    async about(object, now) {
      try {
        return await ask(object, now)
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async settled({ from, until, after }) {
      const { data, has_more } = await stripe.balanceTransactions.list({
        created: { gte: unixSeconds(from), lte: unixSeconds(until) },
        limit: pageSize,
        expand: ['data.source'],
        ...(after === undefined ? {} : { starting_after: after }),
      })
      return { lines: await linesOf(data), next: has_more ? data.at(-1)?.id : undefined }
    },
  }
}
