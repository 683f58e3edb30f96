import type { BalanceTransaction } from '@micro/contracts'
import { ObjectLink } from '../shell/object-link.tsx'
import { moneyText } from '../ui/money.ts'
import type { Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'

const types: Readonly<Record<BalanceTransaction['type'], string>> = {
  charge: 'Charge',
  refund: 'Refund',
  refund_failure: 'Failed refund',
  adjustment: 'Disputed',
  payout: 'Payout',
  payout_failure: 'Failed payout',
  payout_cancel: 'Canceled payout',
  stripe_fee: 'Processor’s fee',
}

const whatOf = ({ type, reporting_category }: BalanceTransaction): string =>
  reporting_category === 'dispute_reversal' ? 'Dispute, given back' : types[type]

/** What a list tells of each thing that changed the balance. */
export const balanceColumns: readonly Column<BalanceTransaction>[] = [
  { name: 'What', of: (transaction) => <span className="font-medium">{whatOf(transaction)}</span> },
  { name: 'Amount', right: true, from: 'sm', of: ({ amount, currency }) => moneyText(amount, currency) },
  { name: 'Fee', right: true, from: 'sm', of: ({ fee, currency }) => moneyText(fee, currency) },
  { name: 'Balance', right: true, of: ({ net, currency }) => moneyText(net, currency) },
  {
    name: 'Of',
    from: 'lg',
    cut: true,
    of: ({ source }) => (typeof source === 'string' ? <ObjectLink id={source} /> : '—'),
  },
  { name: 'When', from: 'md', of: ({ created }) => <Time at={created} as="brief" /> },
]
