import type { PaymentIntent } from '@micro/contracts'
import { Link } from '@tanstack/react-router'
import { ObjectLink } from '../shell/object-link.tsx'
import { Badge } from '../ui/badge.tsx'
import { moneyText } from '../ui/money.ts'
import type { Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { standingOf } from './status.ts'

const Standing = ({ payment }: { payment: PaymentIntent }) => {
  const { text, tone } = standingOf(payment)
  return <Badge tone={tone}>{text}</Badge>
}

/** What a list tells of each payment. */
export const paymentColumns: readonly Column<PaymentIntent>[] = [
  {
    name: 'Amount',
    right: true,
    of: ({ id, amount, currency }) => (
      <Link to="/payments/$id" params={{ id }} className="font-medium text-accent hover:underline">
        {moneyText(amount, currency)}
      </Link>
    ),
  },
  { name: 'Status', of: (payment) => <Standing {...{ payment }} /> },
  { name: 'Description', from: 'lg', cut: true, of: ({ description }) => description ?? '—' },
  {
    name: 'Customer',
    from: 'xl',
    cut: true,
    of: ({ customer }) => (typeof customer === 'string' ? <ObjectLink id={customer} /> : '—'),
  },
  { name: 'Id', from: 'md', cut: true, of: ({ id }) => <ObjectLink {...{ id }} /> },
  { name: 'Created', of: ({ created }) => <Time at={created} as="brief" /> },
]
