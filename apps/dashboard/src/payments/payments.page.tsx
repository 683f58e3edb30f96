import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Nothing } from '../ui/nothing.tsx'
import { Paging } from '../ui/paging.tsx'
import { Table } from '../ui/table.tsx'
import { ExportButton } from './export-button.tsx'
import { FilterForm } from './filter-form.tsx'
import { isFiltered } from './filters.ts'
import { NewPayment } from './new-payment.tsx'
import { paymentColumns } from './payment-columns.tsx'
import { paymentsPage } from './payments.data.ts'
import { Search } from './search.tsx'

/** /dashboard/payments */
export const PaymentsPage = () => {
  const mode = useMode()
  const { new: open, ...filters } = useSearch({ from: '/inside/payments' })
  const navigate = useNavigate({ from: '/payments' })
  const listed = useQuery({ ...paymentsPage(mode, filters), placeholderData: keepPreviousData })
  const { page, ...newest } = filters
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
      <Search />
      {/* Another address fills the form anew. */}
      <FilterForm key={JSON.stringify(filters)} filters={filters} />
      <Card flush>
        <Answered asked={listed} label="payments" rows={8}>
          {({ data, next_page }) => (
            <>
              {data.length === 0 ? (
                <Nothing filtered={isFiltered(filters) || page !== undefined} all="/payments" what="payment">
                  <p>There are no {mode} payments yet.</p>
                </Nothing>
              ) : (
                <Table caption="Payments, newest first" columns={paymentColumns} rows={data} />
              )}
              <Paging
                newest={page === undefined ? undefined : { to: '/payments', search: newest }}
                older={next_page === null ? undefined : { to: '/payments', search: { ...newest, page: next_page } }}
              />
            </>
          )}
        </Answered>
      </Card>
      {/* What one list was exported as says nothing of another. */}
      <ExportButton key={`${mode} ${JSON.stringify(newest)}`} filters={newest} />
      {open === true && mode === 'test' && <NewPayment onClose={() => show(false)} />}
    </div>
  )
}
