import type { LedgerTransaction } from '@micro/contracts'

/** Why a transaction cannot be reversed here; undefined for one that can. What cannot ever be has nothing to say. */
export const whyNotReversed = ({
  kind,
  reference_id,
}: Pick<LedgerTransaction, 'kind' | 'reference_id'>): string | undefined => {
  if (reference_id.startsWith('micro:'))
    return 'Micro keeps this for payments, and nobody else reverses it: refund the payment instead.'
  if (kind === 'hold') return 'A hold is released, and not reversed.'
  if (kind === 'reversal') return 'A reversal stays: record the original again instead.'
  if (kind === 'release' || kind === 'expire') return 'It gives back a hold and posted nothing.'
  return undefined
}
