import type { PaymentIntent } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Badge } from '../ui/badge.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { moneyText } from '../ui/money.ts'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { Skeleton } from '../ui/waiting.tsx'
import { FilterForm } from './filter-form.tsx'
import { isFiltered, type PaymentFilters } from './filters.ts'
import { NewPayment } from './new-payment.tsx'
import { paymentsPage } from './payments.data.ts'
import { standingOf } from './status.ts'

const cell = 'px-3 py-2.5 text-left sm:px-4'

const Row = ({ payment }: { payment: PaymentIntent }) => {
  const { id, amount, currency, created, description, customer } = payment
  const { text, tone } = standingOf(payment)
  return (
    <tr className="border-t border-line hover:bg-sunken">
      <td className={`${cell} text-right font-medium whitespace-nowrap tabular-nums`}>
        <Link to="/payments/$id" params={{ id }} className="hover:underline">
          {moneyText(amount, currency)}
        </Link>
      </td>
      <td className={cell}>
        <Badge tone={tone}>{text}</Badge>
      </td>
      <td className={`${cell} hidden max-w-64 truncate lg:table-cell`}>{description ?? '—'}</td>
      <td className={`${cell} hidden xl:table-cell`}>{typeof customer === 'string' ? customer : '—'}</td>
      <td className={`${cell} hidden max-w-48 truncate font-mono text-sm md:table-cell`}>
        <Link to="/payments/$id" params={{ id }} className="text-accent hover:underline">
          {id}
        </Link>
      </td>
      <td className={cell}>
        <Time at={created} as="brief" />
      </td>
    </tr>
  )
}

const Table = ({ payments }: { payments: readonly PaymentIntent[] }) => (
  <div className="overflow-x-auto">
    <table className="w-full">
      <caption className="sr-only">Payments, newest first</caption>
      <thead className="text-sm text-soft">
        <tr>
          <th className={`${cell} text-right`}>Amount</th>
          <th className={cell}>Status</th>
          <th className={`${cell} hidden lg:table-cell`}>Description</th>
          <th className={`${cell} hidden xl:table-cell`}>Customer</th>
          <th className={`${cell} hidden md:table-cell`}>Id</th>
          <th className={cell}>Created</th>
        </tr>
      </thead>
      <tbody>
        {payments.map((payment) => (
          <Row key={payment.id} {...{ payment }} />
        ))}
      </tbody>
    </table>
  </div>
)

const Nothing = ({ filters }: { filters: PaymentFilters }) => (
  <p className="p-6 text-center text-soft">
    {isFiltered(filters) ? (
      <>
        No payment is like that.{' '}
        <Link to="/payments" className="font-medium text-accent underline">
          Show all
        </Link>
      </>
    ) : (
      'There are no payments yet.'
    )}
  </p>
)

/** Pages go forward by the cursor of the answer, and back as the browser does. */
const Paging = ({ page, next }: { page: string | undefined; next: string | null }) => (
  <nav aria-label="Paging" className="flex justify-end gap-2 border-t border-line p-3">
    {page !== undefined && (
      <Link from="/payments" to="/payments" search={({ page: _, ...rest }) => rest} className={buttonClass()}>
        Newest
      </Link>
    )}
    {next !== null && (
      <Link from="/payments" to="/payments" search={(search) => ({ ...search, page: next })} className={buttonClass()}>
        Older
      </Link>
    )}
  </nav>
)

/** /dashboard/payments */
export const PaymentsPage = () => {
  const mode = useMode()
  const { new: open, ...filters } = useSearch({ from: '/inside/payments' })
  const navigate = useNavigate({ from: '/payments' })
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...paymentsPage(mode, filters),
    placeholderData: keepPreviousData,
  })
  const show = (isOpen: boolean) =>
    void navigate({ to: '/payments', search: ({ new: _, ...rest }) => (isOpen ? { ...rest, new: true } : rest) })
  return (
    <div className="grid gap-4">
      <title>{`Payments · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">Payments</h1>
        {mode === 'test' && (
          <Button look="primary" onClick={() => show(true)}>
            New test payment
          </Button>
        )}
      </div>
      {/* Another address fills the form anew. */}
      <FilterForm key={JSON.stringify(filters)} filters={filters} />
      <Card flush>
        {data === undefined ? (
          error === null ? (
            <Skeleton rows={8} label="payments" />
          ) : (
            <div className="p-4">
              <Problem error={error} onAgain={() => void refetch()} />
            </div>
          )
        ) : (
          <div className={isPlaceholderData ? 'opacity-60' : ''} aria-busy={isPlaceholderData}>
            {data.data.length === 0 ? <Nothing {...{ filters }} /> : <Table payments={data.data} />}
            {(data.next_page !== null || filters.page !== undefined) && (
              <Paging page={filters.page} next={data.next_page} />
            )}
          </div>
        )}
      </Card>
      {open === true && mode === 'test' && <NewPayment onClose={() => show(false)} />}
    </div>
  )
}
