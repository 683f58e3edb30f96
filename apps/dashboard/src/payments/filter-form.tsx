import { currencies } from '@micro/kernel/money'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'
import { Button, buttonClass } from '../ui/button.tsx'
import { Choice, Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { momentIn, typedMoment } from '../ui/moment.ts'
import { decimalOf, parseMoney } from '../ui/money.ts'
import { filtersIn, isFiltered, statuses, type PaymentFilters } from './filters.ts'
import { statusOf } from './status.ts'

/** How amounts are read when no currency is chosen: with two digits, as most currencies have. */
const usual = 'usd'

const momentText = (seconds: number | undefined): string => (seconds === undefined ? '' : typedMoment(seconds))

const Form = ({ filters }: { filters: PaymentFilters }) => {
  const navigate = useNavigate()
  const currency = filters.currency ?? usual
  const amountText = (amount: number | undefined): string => (amount === undefined ? '' : decimalOf(amount, currency))
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string): string => typedIn(form, name)
    const chosen = text('currency').toLowerCase()
    const amount = (name: string) => parseMoney(text(name), chosen === '' ? usual : chosen)
    const search = filtersIn({
      status: text('status'),
      currency: chosen,
      customer: text('customer'),
      metadata: text('metadata'),
      since: momentIn(text('since')),
      until: momentIn(text('until')),
      amount_min: amount('amount_min'),
      amount_max: amount('amount_max'),
    })
    void navigate({ to: '/payments', search })
  }
  return (
    <form onSubmit={submit} className="grid items-end gap-3 p-4 sm:grid-cols-2 lg:grid-cols-4">
      <Choice label="Status" name="status" defaultValue={filters.status ?? ''}>
        <option value="">Any</option>
        {statuses.map((status) => (
          <option key={status} value={status}>
            {statusOf(status).text}
          </option>
        ))}
      </Choice>
      <Choice label="Currency" name="currency" defaultValue={filters.currency ?? ''}>
        <option value="">Any</option>
        {[...currencies].map((each) => (
          <option key={each} value={each}>
            {each.toUpperCase()}
          </option>
        ))}
      </Choice>
      <Field label="Amount from" name="amount_min" inputMode="decimal" defaultValue={amountText(filters.amount_min)} />
      <Field label="Amount to" name="amount_max" inputMode="decimal" defaultValue={amountText(filters.amount_max)} />
      <Field label="Customer" name="customer" placeholder="cus_…" defaultValue={filters.customer ?? ''} />
      <Field label="Metadata" name="metadata" placeholder="order=7" defaultValue={filters.metadata ?? ''} />
      <Field label="Created since" name="since" type="datetime-local" defaultValue={momentText(filters.since)} />
      <Field label="Created until" name="until" type="datetime-local" defaultValue={momentText(filters.until)} />
      <div className="flex gap-2 pb-1">
        <Button type="submit">Filter</Button>
        {isFiltered(filters) && (
          <Link to="/payments" className={buttonClass('quiet')}>
            Clear
          </Link>
        )}
      </div>
    </form>
  )
}

/** What is asked of the list; it stands in the address, so that a list can be kept and sent. */
export const FilterForm = ({ filters }: { filters: PaymentFilters }) => {
  const [open, setOpen] = useState(isFiltered(filters))
  return (
    <details
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      className="rounded-xl border border-line bg-card"
    >
      <summary className="px-4 py-2.5 font-medium">Filter{isFiltered(filters) ? ' (on)' : ''}</summary>
      <Form {...{ filters }} />
    </details>
  )
}
