import type { AuditAction } from '@micro/contracts'
import { Link, useNavigate } from '@tanstack/react-router'
import type { SubmitEvent } from 'react'
import { Button, buttonClass } from '../ui/button.tsx'
import { Choice, Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { momentIn, typedMoment } from '../ui/moment.ts'
import { auditFiltersIn, isFiltered, type AuditFilters } from './audit-filters.ts'
import { actionText } from './audit-words.ts'

const typed = (seconds: number | undefined): string => (seconds === undefined ? '' : typedMoment(seconds))

/** What is asked of an audit log; it stands in the address, so that a list can be kept and sent. */
export const AuditForm = ({
  to,
  filters,
  actions,
  ofMerchant = false,
}: {
  to: '/activity' | '/operator/audit'
  filters: AuditFilters
  actions: readonly AuditAction[]
  /** Whether it can be asked for one merchant's. */
  ofMerchant?: boolean
}) => {
  const navigate = useNavigate()
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string): string => typedIn(form, name)
    const until = momentIn(text('until'))
    const search = auditFiltersIn({
      action: text('action'),
      since: momentIn(text('since')),
      // The field knows minutes, of which the last one is meant as a whole.
      until: until === undefined ? undefined : until + 59,
      merchant: text('merchant'),
    })
    void navigate({ to, search })
  }
  return (
    <form
      onSubmit={submit}
      className="flex flex-wrap items-end gap-3 rounded-xl border border-line bg-card p-4 *:grow sm:*:grow-0"
    >
      <Choice label="Action" name="action" defaultValue={filters.action ?? ''}>
        <option value="">Any</option>
        {actions.map((each) => (
          <option key={each} value={each}>
            {actionText(each)}
          </option>
        ))}
      </Choice>
      <Field label="From" name="since" type="datetime-local" defaultValue={typed(filters.since)} />
      <Field label="Until" name="until" type="datetime-local" defaultValue={typed(filters.until)} />
      {ofMerchant && (
        <Field label="Merchant" name="merchant" placeholder="acct_…" defaultValue={filters.merchant ?? ''} />
      )}
      <div className="flex gap-2 pb-1">
        <Button type="submit">Filter</Button>
        {isFiltered(filters) && (
          <Link {...{ to }} search={{}} className={buttonClass('quiet')}>
            Clear
          </Link>
        )}
      </div>
    </form>
  )
}
