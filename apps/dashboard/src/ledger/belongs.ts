import type { LedgerTransaction } from '@micro/contracts'

const kinds: Readonly<Record<LedgerTransaction['kind'], string>> = {
  post: 'Posting',
  hold: 'Hold',
  capture: 'Capture of a hold',
  release: 'Release of a hold',
  expire: 'End of a hold',
  reversal: 'Reversal',
}

/** What kind of transaction it is, for people. */
export const kindText = (kind: LedgerTransaction['kind']): string => kinds[kind]

/** The payment that made a transaction: Micro's own name theirs, and what a merchant calls so is not one. */
export const paymentOf = ({ reference_id, metadata }: Pick<LedgerTransaction, 'reference_id' | 'metadata'>) => {
  const payment = metadata['payment_intent']
  return reference_id.startsWith('micro:') && payment?.startsWith('pi_') === true ? payment : undefined
}
