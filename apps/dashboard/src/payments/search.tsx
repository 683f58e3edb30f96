import type { Mode, paymentsApi } from '@micro/contracts'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, Refusal } from '../api/call.ts'
import { useMode } from '../mode/mode.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { typedIn } from '../ui/form.ts'
import { Problem } from '../ui/problem.tsx'
import type { PaymentFilters } from './filters.ts'
import { soughtIn, type Sought } from './sought.ts'

type Payments = typeof paymentsApi
type Found = { readonly payment: string } | { readonly filters: PaymentFilters } | { readonly why: string }

const paymentOf = async (mode: Mode, { kind, id }: { kind: 'charge' | 'refund' | 'dispute'; id: string }) => {
  const asked = { params: { id }, mode }
  const { payment_intent } =
    kind === 'charge'
      ? await call<Payments['retrieveCharge']>('GET /v1/charges/:id', asked)
      : kind === 'refund'
        ? await call<Payments['retrieveRefund']>('GET /v1/refunds/:id', asked)
        : await call<Payments['retrieveDispute']>('GET /v1/disputes/:id', asked)
  return typeof payment_intent === 'string' ? payment_intent : undefined
}

const find = async (mode: Mode, sought: Sought): Promise<Found> => {
  switch (sought.kind) {
    case 'payment':
      return { payment: sought.id }
    case 'filters':
      return sought
    case 'email': {
      const query = { email: sought.email, limit: 1 }
      const { data } = await call<Payments['listCustomers']>('GET /v1/customers', { query, mode })
      return data[0] === undefined ? { why: 'No customer has this email.' } : { filters: { customer: data[0].id } }
    }
    case 'nothing':
      return { why: 'Type an id, an email, an amount such as 20.00 EUR, or metadata such as order=7.' }
    case 'charge':
    case 'refund':
    case 'dispute': {
      const payment = await paymentOf(mode, sought).catch((error: unknown) => {
        if (error instanceof Refusal && error.status === 404) return undefined
        throw error
      })
      return payment === undefined ? { why: `There is no ${sought.kind} of this id in ${mode} mode.` } : { payment }
    }
  }
}

/** Finds payments by whatever of them is at hand. */
export const Search = () => {
  const mode = useMode()
  const navigate = useNavigate()
  const searching = useMutation({
    mutationFn: (typed: string) => find(mode, soughtIn(typed)),
    onSuccess: (found) => {
      if ('payment' in found) void navigate({ to: '/payments/$id', params: { id: found.payment } })
      else if ('filters' in found) void navigate({ to: '/payments', search: found.filters })
    },
  })
  const found = searching.data
  return (
    <search>
      <form
        className="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          searching.mutate(typedIn(new FormData(event.currentTarget), 'sought'))
        }}
      >
        <div className="flex items-start gap-2">
          <div className="grow sm:max-w-md">
            <Field
              label="Search"
              name="sought"
              type="search"
              placeholder="pi_…, 20.00 EUR, ada@example.com, order=7"
              wrong={found !== undefined && 'why' in found ? found.why : undefined}
              hint="An id, an email, an amount, or metadata as name=value."
            />
          </div>
          <div className="pt-6">
            <Button type="submit" busy={searching.isPending}>
              Search
            </Button>
          </div>
        </div>
        {searching.error !== null && <Problem error={searching.error} />}
      </form>
    </search>
  )
}
