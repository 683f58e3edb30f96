import { Link, useNavigate } from '@tanstack/react-router'
import type { SubmitEvent } from 'react'
import { Button, buttonClass } from '../ui/button.tsx'
import { Choice, Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { typeName } from './chart.ts'
import { accountFiltersIn, accountStatuses, accountTypes, type AccountFilters } from './filters.ts'

const names = ['id_prefix', 'type', 'currency', 'status'] as const

/** Which accounts are shown; it stands in the address, so that a list can be kept and sent. */
export const AccountFilterForm = ({ filters }: { filters: AccountFilters }) => {
  const navigate = useNavigate()
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const search = accountFiltersIn(Object.fromEntries(names.map((name) => [name, typedIn(form, name)])))
    void navigate({ to: '/ledger', search })
  }
  return (
    <form
      role="search"
      onSubmit={submit}
      className="grid grid-cols-2 items-start gap-3 p-4 lg:grid-cols-[repeat(4,minmax(0,1fr))_auto]"
    >
      <Field
        label="Id begins with"
        name="id_prefix"
        type="search"
        placeholder="sys_, user:42"
        defaultValue={filters.id_prefix}
      />
      <Choice label="Type" name="type" defaultValue={filters.type ?? ''}>
        <option value="">Any</option>
        {accountTypes.map((type) => (
          <option key={type} value={type}>
            {typeName(type)}
          </option>
        ))}
      </Choice>
      <Field
        label="Currency or asset"
        name="currency"
        placeholder="usd"
        autoCapitalize="none"
        defaultValue={filters.currency}
      />
      <Choice label="Status" name="status" defaultValue={filters.status ?? ''}>
        <option value="">Any</option>
        {accountStatuses.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </Choice>
      <div className="flex gap-2 lg:pt-6">
        <Button type="submit">Search</Button>
        {Object.keys(filters).length > 0 && (
          <Link to="/ledger" className={buttonClass('quiet')}>
            Clear
          </Link>
        )}
      </div>
    </form>
  )
}
