import type { Customer } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Button, buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { Nothing } from '../ui/nothing.tsx'
import { Paging } from '../ui/paging.tsx'
import { Table, type Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { CreateCustomer } from './customer-dialogs.tsx'
import { customerFiltersIn, partMin, type CustomerFilters } from './customer-filters.ts'
import { customersPage } from './customers.data.ts'

const columns: readonly Column<Customer>[] = [
  {
    name: 'Customer',
    cut: true,
    of: ({ id, name, email }) => (
      <Link to="/customers/$id" params={{ id }} className="font-medium text-accent hover:underline">
        {name ?? email ?? id}
      </Link>
    ),
  },
  { name: 'Email', from: 'sm', cut: true, of: ({ email }) => email ?? '—' },
  { name: 'Description', from: 'xl', cut: true, of: ({ description }) => description ?? '—' },
  { name: 'Id', from: 'lg', of: ({ id }) => <code className="font-mono text-sm">{id}</code> },
  { name: 'Created', of: ({ created }) => <Time at={created} as="brief" /> },
]

const Search = ({ q }: CustomerFilters) => {
  const navigate = useNavigate()
  return (
    <search>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          const typed = typedIn(new FormData(event.currentTarget), 'q')
          const [id] = /^cus_\w+$/.exec(typed) ?? []
          void (id === undefined
            ? navigate({ to: '/customers', search: customerFiltersIn({ q: typed }) })
            : navigate({ to: '/customers/$id', params: { id } }))
        }}
      >
        <div className="grow sm:max-w-96">
          <Field
            label="Search by email, name or id"
            name="q"
            type="search"
            minLength={partMin}
            defaultValue={q ?? ''}
            placeholder="ada@example.com"
          />
        </div>
        <div className="flex gap-2 pb-1">
          <Button type="submit">Search</Button>
          {q !== undefined && (
            <Link to="/customers" className={buttonClass('quiet')}>
              Clear
            </Link>
          )}
        </div>
      </form>
    </search>
  )
}

/** /dashboard/customers */
export const CustomersPage = () => {
  const mode = useMode()
  const { new: open, ...filters } = useSearch({ from: '/inside/customers' })
  const navigate = useNavigate()
  const page = useQuery({ ...customersPage(mode, filters), placeholderData: keepPreviousData })
  const show = (isOpen: boolean) =>
    void navigate({ to: '/customers', search: isOpen ? { ...filters, new: true } : filters })
  const { page: _, ...newest } = filters
  return (
    <div className="grid gap-4">
      <title>{`Customers · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">Customers</h1>
        <Button look="primary" onClick={() => show(true)}>
          New {mode} customer
        </Button>
      </div>
      {/* Another address fills the form anew. */}
      <Search key={filters.q} {...filters} />
      <Card flush>
        <Answered asked={page} label="customers" rows={8}>
          {({ data, next_page }) => (
            <>
              {data.length === 0 ? (
                <Nothing
                  filtered={filters.q !== undefined || filters.page !== undefined}
                  all="/customers"
                  what="customer"
                >
                  <p>
                    No {mode} customer yet. A customer keeps cards for later payments, and gathers what somebody paid.
                  </p>
                  <Button look="primary" onClick={() => show(true)}>
                    Create a customer
                  </Button>
                </Nothing>
              ) : (
                <Table caption="Customers, newest first" {...{ columns }} rows={data} />
              )}
              <Paging
                newest={filters.page === undefined ? undefined : { to: '/customers', search: newest }}
                older={next_page === null ? undefined : { to: '/customers', search: { ...newest, page: next_page } }}
              />
            </>
          )}
        </Answered>
      </Card>
      {open === true && <CreateCustomer onClose={() => show(false)} />}
    </div>
  )
}
