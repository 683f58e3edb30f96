import type { Customer } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { paymentColumns } from '../payments/payment-columns.tsx'
import { Answered } from '../ui/answered.tsx'
import { Back } from '../ui/back.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Table } from '../ui/table.tsx'
import { MetadataCard } from '../ui/metadata.tsx'
import { Time } from '../ui/time.tsx'
import { customerDialogs } from './customer-dialogs.tsx'
import { isDeleted, oneCustomer, type KnownCustomer } from './customers.data.ts'
import { Methods } from './methods.tsx'

const addressText = ({ address }: Customer): string =>
  [address?.line1, address?.line2, address?.postal_code, address?.city, address?.state, address?.country]
    .filter((part) => part !== null && part !== undefined && part !== '')
    .join(', ') || '—'

const factsOf = (customer: Customer) =>
  [
    ['Id', <Identifier key="id" id={customer.id} />],
    ['Email', customer.email ?? '—'],
    ['Phone', customer.phone ?? '—'],
    ['Address', addressText(customer)],
    ['Description', customer.description ?? '—'],
    ['Created', <Time key="created" at={customer.created} />],
  ] as const

const Payments = ({ id, payments, more }: { id: string; payments: KnownCustomer['payments']; more: boolean }) => (
  <Card title="Payments" flush>
    {payments.length === 0 ? (
      <p className="px-4 pt-1 pb-4 text-soft">
        None yet. A payment is theirs when <code className="font-mono text-sm">customer</code> names them.
      </p>
    ) : (
      <Table
        caption="Payments of this customer, newest first"
        columns={paymentColumns.filter(({ name }) => name !== 'Customer')}
        rows={payments}
      />
    )}
    <p className="flex flex-wrap gap-x-6 gap-y-1 border-t border-line px-4 py-2.5 text-sm">
      <Link to="/payments" search={{ customer: id }} className="font-medium text-accent hover:underline">
        {more ? 'All their payments' : 'See them in the list'}
      </Link>
      <Link to="/events" search={{ related: id }} className="font-medium text-accent hover:underline">
        All that was told of them
      </Link>
    </p>
  </Card>
)

const Told = ({ customer, payments, morePayments, methods }: KnownCustomer & { customer: Customer }) => {
  const [asked, setAsked] = useState<keyof typeof customerDialogs>()
  const Asking = asked && customerDialogs[asked]
  const chosen = customer.invoice_settings.default_payment_method
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">
          {customer.name ?? customer.email ?? 'Customer without a name'}
        </h1>
        <div className="ml-auto flex flex-wrap gap-2">
          <Button onClick={() => setAsked('edit')}>Change</Button>
          <Button onClick={() => setAsked('delete')}>Delete</Button>
        </div>
      </div>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-4">
          <Payments id={customer.id} {...{ payments }} more={morePayments} />
          <Methods customer={customer.id} {...{ methods }} chosen={typeof chosen === 'string' ? chosen : undefined} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Card title="Customer">
            <Facts facts={factsOf(customer)} />
          </Card>
          <MetadataCard of={customer} />
        </div>
      </div>
      {Asking && <Asking {...{ customer }} onClose={() => setAsked(undefined)} />}
    </>
  )
}

const Gone = ({ id, payments, more }: { id: string; payments: KnownCustomer['payments']; more: boolean }) => (
  <>
    <h1 className="text-2xl font-semibold">Deleted customer</h1>
    <p className="rounded-lg bg-warn-wash p-3">What was known of them is gone. What they paid is still here.</p>
    <Payments {...{ id, payments, more }} />
  </>
)

/** /dashboard/customers/:id */
export const CustomerPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/customers/$id' })
  const known = useQuery(oneCustomer(mode, id))
  return (
    <div className="grid gap-4">
      <title>{`Customer ${id} · ${mode} · Micro`}</title>
      <Back to="/customers">Customers</Back>
      <Answered asked={known} label="the customer" rows={9}>
        {({ customer, ...rest }) =>
          isDeleted(customer) ? (
            <Gone {...{ id }} payments={rest.payments} more={rest.morePayments} />
          ) : (
            <Told {...rest} {...{ customer }} />
          )
        }
      </Answered>
    </div>
  )
}
