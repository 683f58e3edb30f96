import { Link, useNavigate } from '@tanstack/react-router'
import type { SubmitEvent } from 'react'
import { Button, buttonClass } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { Time } from '../ui/time.tsx'
import { addressOf, fieldOf, secondsEntered } from './as-of.ts'

/** Leads to the same account as it was at another moment, which then stands in the address. */
export const TimeTravel = ({ id, at }: { id: string; at: number | undefined }) => {
  const navigate = useNavigate()
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const seconds = secondsEntered(typedIn(new FormData(event.currentTarget), 'at'))
    const search = seconds === undefined ? {} : { at: addressOf(seconds) }
    void navigate({ to: '/ledger/accounts/$id', params: { id }, search })
  }
  return (
    <form
      onSubmit={submit}
      className={`flex flex-wrap items-end gap-3 rounded-xl border p-4 ${at === undefined ? 'border-line bg-card' : 'border-transparent bg-warn-wash'}`}
    >
      <p className="flex-1 basis-56 self-center">
        {at === undefined ? (
          'As it is now.'
        ) : (
          <>
            <strong>
              As it was on <Time {...{ at }} />.
            </strong>{' '}
            What was recorded later is left out.
          </>
        )}
      </p>
      <div>
        <Field
          label="Show it as of"
          name="at"
          type="datetime-local"
          step={1}
          defaultValue={at === undefined ? '' : fieldOf(at)}
        />
      </div>
      <div className="flex gap-2 pb-1">
        <Button type="submit">Go there</Button>
        {at !== undefined && (
          <Link to="/ledger/accounts/$id" params={{ id }} className={buttonClass('quiet')}>
            Back to now
          </Link>
        )}
      </div>
    </form>
  )
}
