import type { Body, ledgerApi, NewEntry } from '@micro/contracts'
import { assert, unixSeconds } from '@micro/kernel'
import { systemAccount, type AccountName } from './chart.ts'
import { internalKinds, isShown, shownKinds, type MovementKind } from './kinds.ts'
import type { Movement } from './movement.ts'

export type Posting = Body<typeof ledgerApi.postSystemTransaction>

/** The ledger has a movement under this name, at most once. */
export const referenceOf = ({ kind, source }: Pick<Movement, 'kind' | 'source'>): string => `micro:${kind}:${source}`

const titles: Readonly<Record<MovementKind, string>> = {
  charge: 'Payment',
  refund: 'Refund',
  refund_failure: 'Failed refund',
  dispute: 'Dispute',
  dispute_reversal: 'Dispute won',
  dispute_lost: 'Dispute lost',
  payout: 'Payout',
  payout_failure: 'Failed payout',
  payout_cancel: 'Canceled payout',
  payout_paid: 'Payout arrived',
  payout_return: 'Payout sent back',
  stripe_fee: 'Fee',
  processor_fee: 'Processor fee',
  processor_fee_return: 'Processor fee given back',
  authorisation: 'Authorisation',
  authorisation_release: 'Authorisation released',
}

const describe = ({ kind, source, metadata }: Movement): string => {
  const about = (kind === 'charge' ? metadata['payment_intent'] : undefined) ?? source
  return `${titles[kind]} ${about}`
}

/** Credit +, debit −; what is left out is 0. */
const linesOf = ({ kind, amount, fee, net }: Movement): Partial<Record<AccountName, bigint>> => {
  if (!isShown(kind)) {
    const { debit, credit } = internalKinds[kind]
    return { [debit]: -amount, [credit]: amount }
  }
  const { against } = shownKinds[kind]
  if (against === 'fee_revenue') return { fee_revenue: -amount, merchant_balance: net }
  return { [against]: -amount, merchant_balance: net, fee_revenue: fee }
}

/**
 * How a movement stands in the merchant's book, as the payment service provider keeps it: of a charge, the processor
 * owes the gross amount, Micro owes the merchant the net amount and has earned the fee. Entries of 0 are left out.
 * The reference is derived, and the content comes from the stored row alone, so posting it again is a repeat.
 */
export const postingFor = (movement: Movement): Posting => {
  const { merchant, mode, currency, effective_at } = movement
  const booked = (Object.entries(linesOf(movement)) as [AccountName, bigint][])
    .filter(([, value]) => value !== 0n)
    .map(([name, value]) => ({ account: systemAccount(name, currency), value }))
  const sum = booked.reduce((total, { value }) => total + value, 0n)
  assert(sum === 0n, `movement ${movement.id} does not balance`)
  return {
    merchant,
    mode,
    reference_id: referenceOf(movement),
    description: describe(movement),
    currency,
    ...(effective_at === null ? {} : { effective_at: unixSeconds(effective_at) }),
    accounts: booked.map(({ account }) => account),
    entries: booked.map(({ account, value }): NewEntry => ({
      account_id: account.id,
      amount: (value < 0n ? -value : value).toString(),
      direction: value < 0n ? 'debit' : 'credit',
    })),
    metadata: Object.fromEntries(Object.entries(movement.metadata).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}
