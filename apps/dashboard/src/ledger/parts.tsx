import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { SectionHeading } from '../ui/section-heading.tsx'

const link = 'text-accent hover:underline'

export const cell = 'px-2 py-2 text-left align-baseline first:pl-4 last:pr-4 sm:px-4'
/** Amounts stand under each other, digit by digit. */
export const amountCell =
  'px-2 py-2 text-right align-baseline whitespace-nowrap tabular-nums first:pl-4 last:pr-4 sm:px-4'

/** An account's id, which on a narrow screen breaks where its parts end. */
export const AccountLink = ({ id }: { id: string }) => (
  <Link to="/ledger/accounts/$id" params={{ id }} className={`${link} wrap-anywhere`}>
    {id.split(/(?<=[_:.@-])/).map((part, at) => (
      <Fragment key={at}>
        {part}
        <wbr />
      </Fragment>
    ))}
  </Link>
)

export const TransactionLink = ({ id, children = id }: { id: string; children?: ReactNode }) => (
  <Link to="/ledger/transactions/$id" params={{ id }} className={`${link} wrap-anywhere`}>
    {children}
  </Link>
)

const sections = [
  { to: '/ledger', text: 'Accounts' },
  { to: '/ledger/transactions', text: 'Transactions' },
  { to: '/ledger/flow', text: 'Flow' },
  { to: '/ledger/holds', text: 'Holds' },
  { to: '/ledger/verify', text: 'Verify' },
] as const

/** The heading of the ledger's pages, and the way from each to the others. */
export const LedgerHeading = () => <SectionHeading title="Ledger" {...{ sections }} />

/** The way back from one thing of the ledger to all of its kind. */
export const BackTo = ({ to, children }: { to: '/ledger' | '/ledger/transactions'; children: ReactNode }) => (
  <p>
    <Link {...{ to }} className="text-sm font-medium text-accent hover:underline">
      ← {children}
    </Link>
  </p>
)
