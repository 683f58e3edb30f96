import type { ApiKey } from '@micro/contracts'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState, type SubmitEvent } from 'react'
import { Button, buttonClass } from '../ui/button.tsx'
import { Choice, Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { momentIn, typedMoment } from '../ui/moment.ts'
import { isFiltered, makers, methods, requestSearchIn, statusClasses, type RequestSearch } from './request-filters.ts'
import { madeBy } from './request-look.ts'

const typed = (seconds: number | undefined): string => (seconds === undefined ? '' : typedMoment(seconds))

const Form = ({ search, keys }: { search: RequestSearch; keys: readonly ApiKey[] }) => {
  const navigate = useNavigate()
  const { view, status = '', method = '', path = '', route = '', key = '', by = '', since, until } = search
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const names = ['status', 'method', 'path', 'route', 'key', 'by'] as const
    const chosen = requestSearchIn({
      ...Object.fromEntries(names.map((name) => [name, typedIn(form, name)])),
      since: momentIn(typedIn(form, 'since')),
      until: momentIn(typedIn(form, 'until')),
      view,
    })
    void navigate({ to: '/requests', search: chosen })
  }
  return (
    <form onSubmit={submit} className="grid items-end gap-3 p-4 sm:grid-cols-2 lg:grid-cols-4">
      <Choice label="Status" name="status" defaultValue={status}>
        <option value="">Any</option>
        {status !== '' && !(status in statusClasses) && <option value={status}>{status}</option>}
        {Object.entries(statusClasses).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
      <Choice label="Method" name="method" defaultValue={method}>
        <option value="">Any</option>
        {methods.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Choice>
      <Field
        label="Path"
        name="path"
        placeholder="/v1/charges*"
        pattern="/\S*"
        title="It begins with /; a * at its end stands for all that begin like it."
        defaultValue={path}
      />
      <Field label="Route" name="route" placeholder="/v1/charges/:id" pattern="/\S*" defaultValue={route} />
      <Choice label="Key" name="key" defaultValue={key}>
        <option value="">Any</option>
        {key !== '' && !keys.some(({ id }) => id === key) && <option value={key}>{key}</option>}
        {keys.map((each) => (
          <option key={each.id} value={each.id}>
            {madeBy({ key_id: each.id, source: 'api' }, keys)}
          </option>
        ))}
      </Choice>
      <Choice label="Made by" name="by" defaultValue={by}>
        <option value="">API keys</option>
        {Object.entries(makers).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
      <Field label="From" name="since" type="datetime-local" defaultValue={typed(since)} />
      <Field label="To" name="until" type="datetime-local" defaultValue={typed(until)} />
      <div className="flex gap-2 pb-1">
        <Button type="submit">Filter</Button>
        {isFiltered(search) && (
          <Link to="/requests" search={view === undefined ? {} : { view }} className={buttonClass('quiet')}>
            Clear
          </Link>
        )}
      </div>
    </form>
  )
}

/** What is asked of the log; it stands in the address, so that it can be kept and sent. */
export const FilterForm = ({ search, keys }: { search: RequestSearch; keys: readonly ApiKey[] }) => {
  const isOn = isFiltered(search)
  const [open, setOpen] = useState(isOn)
  return (
    <details
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
      className="rounded-xl border border-line bg-card"
    >
      <summary className="px-4 py-2.5 font-medium">Filter{isOn ? ' (on)' : ''}</summary>
      <Form {...{ search, keys }} />
    </details>
  )
}
