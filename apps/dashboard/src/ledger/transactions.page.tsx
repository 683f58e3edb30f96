import type { LedgerTransaction } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { SubmitEvent } from 'react'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { Time } from '../ui/time.tsx'
import { amountText } from './amount.ts'
import { kindText } from './belongs.ts'
import { movedBy } from './columns.ts'
import { transactionFiltersIn, type TransactionFilters } from './filters.ts'
import { transactionsPage, type Scales } from './ledger.data.ts'
import { amountCell, cell, LedgerHeading, TransactionLink } from './parts.tsx'

const Row = ({ transaction, scales }: { transaction: LedgerTransaction; scales: Scales }) => {
  const { id, description, reference_id, kind, entries, reversed_by, seq, created } = transaction
  return (
    <tr className="border-t border-line hover:bg-sunken">
      <td className={`${amountCell} hidden text-soft md:table-cell`}>{seq}</td>
      <td className={cell}>
        <TransactionLink {...{ id }}>{description ?? reference_id}</TransactionLink>
        {description !== null && <span className="block text-sm break-all text-soft">{reference_id}</span>}
      </td>
      <td className={`${cell} hidden lg:table-cell`}>
        <Badge tone={kind === 'post' ? 'calm' : 'accent'}>{kindText(kind)}</Badge>{' '}
        {reversed_by !== null && <Badge tone="warn">Reversed</Badge>}
      </td>
      <td className={`${amountCell} font-medium`}>
        {movedBy(entries).map(({ currency, amount }) => (
          <span key={currency} className="block">
            {amountText(amount, { currency, scale: scales[currency] ?? 0 })}
          </span>
        ))}
      </td>
      <td className={`${cell} hidden sm:table-cell`}>
        <Time at={created} as="brief" />
      </td>
    </tr>
  )
}

const Table = ({ transactions, scales }: { transactions: readonly LedgerTransaction[]; scales: Scales }) => (
  <div className="overflow-x-auto">
    <table className="w-full">
      <caption className="sr-only">Ledger transactions, newest first</caption>
      <thead className="text-sm text-soft">
        <tr>
          <th className={`${amountCell} hidden md:table-cell`}>No.</th>
          <th className={cell}>Transaction</th>
          <th className={`${cell} hidden lg:table-cell`}>Kind</th>
          <th className={amountCell}>Moves</th>
          <th className={`${cell} hidden sm:table-cell`}>Recorded</th>
        </tr>
      </thead>
      <tbody>
        {transactions.map((transaction) => (
          <Row key={transaction.id} {...{ transaction, scales }} />
        ))}
      </tbody>
    </table>
  </div>
)

const isFiltered = ({ after: _, ...filters }: TransactionFilters): boolean => Object.keys(filters).length > 0

const FilterForm = ({ filters }: { filters: TransactionFilters }) => {
  const navigate = useNavigate()
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [account_id, reference_id] = [typedIn(form, 'account_id'), typedIn(form, 'reference_id')]
    void navigate({ to: '/ledger/transactions', search: transactionFiltersIn({ account_id, reference_id }) })
  }
  return (
    <form
      role="search"
      onSubmit={submit}
      className="grid items-start gap-3 p-4 sm:grid-cols-[repeat(2,minmax(0,1fr))_auto]"
    >
      <Field label="Account" name="account_id" placeholder="its id" defaultValue={filters.account_id} />
      <Field label="Reference" name="reference_id" placeholder="the whole of it" defaultValue={filters.reference_id} />
      <div className="flex gap-2 sm:pt-6">
        <Button type="submit">Search</Button>
        {isFiltered(filters) && (
          <Link to="/ledger/transactions" className={buttonClass('quiet')}>
            Clear
          </Link>
        )}
      </div>
    </form>
  )
}

const Paging = ({ after, next }: { after: string | undefined; next: string | undefined }) => (
  <nav aria-label="Paging" className="flex justify-end gap-2 border-t border-line p-3">
    {after !== undefined && (
      <Link
        from="/ledger/transactions"
        to="/ledger/transactions"
        search={({ after: _, ...rest }) => rest}
        className={buttonClass()}
      >
        Newest
      </Link>
    )}
    {next !== undefined && (
      <Link
        from="/ledger/transactions"
        to="/ledger/transactions"
        search={(search) => ({ ...search, after: next })}
        className={buttonClass()}
      >
        Older
      </Link>
    )}
  </nav>
)

/** /dashboard/ledger/transactions */
export const TransactionsPage = () => {
  const mode = useMode()
  const filters = useSearch({
    from: '/inside/ledger/transactions',
    select: (search) => transactionFiltersIn({ ...search }),
  })
  const page = useQuery({ ...transactionsPage(mode, filters), placeholderData: keepPreviousData })
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`Ledger transactions · ${mode} · Micro`}</title>
      <LedgerHeading />
      <p>
        <Link to="/ledger/transactions/new" className={buttonClass('primary')}>
          New transaction
        </Link>
      </p>
      <Card flush>
        {/* Another address fills the form anew. */}
        <FilterForm key={JSON.stringify(filters)} {...{ filters }} />
        <Answered asked={page} rows={8} label="transactions">
          {({ data, has_more, scales }) => (
            <>
              {data.length === 0 ? (
                <p className="p-6 text-center text-soft">
                  {isFiltered(filters) ? 'No transaction is like that.' : 'Nothing was recorded yet.'}
                </p>
              ) : (
                <Table transactions={data} {...{ scales }} />
              )}
              {(has_more || filters.after !== undefined) && (
                <Paging after={filters.after} next={has_more ? data.at(-1)?.id : undefined} />
              )}
            </>
          )}
        </Answered>
      </Card>
    </div>
  )
}
