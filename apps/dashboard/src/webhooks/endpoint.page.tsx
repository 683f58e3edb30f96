import type { WebhookEndpoint } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { Badge } from '../ui/badge.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Answered } from '../ui/answered.tsx'
import { Paging } from '../ui/paging.tsx'
import { Time } from '../ui/time.tsx'
import { deliveryFiltersIn, deliveryStatuses, type DeliveryFilters } from './delivery-filters.ts'
import { DeliveryList } from './delivery-list.tsx'
import { endpointDialogs } from './endpoint-dialogs.tsx'
import { orderText, signatureText } from './endpoint-form.tsx'
import { EndpointFigures } from './figures/endpoint-figures.tsx'
import { endpointState } from './endpoint-state.ts'
import { TestEvent } from './test-event.tsx'
import { deliveriesTo, oneEndpoint } from './webhooks.data.ts'

const statusTexts = { pending: 'Waiting or failing', failed: 'Given up', delivered: 'Delivered' } as const

const StatusFilter = ({ endpoint, filters }: { endpoint: string; filters: DeliveryFilters }) => {
  const navigate = useNavigate()
  const { deliveries: status, period } = filters
  const choose = (chosen: string): void =>
    void navigate({
      to: '/webhooks/$id',
      params: { id: endpoint },
      search: deliveryFiltersIn({ deliveries: chosen, period }),
    })
  return (
    <select
      aria-label="Status of deliveries"
      value={status ?? ''}
      onChange={({ target }) => choose(target.value)}
      className="min-h-9 rounded-md border border-strong bg-card px-2 py-1 text-sm"
    >
      <option value="">All</option>
      {deliveryStatuses.map((each) => (
        <option key={each} value={each}>
          {statusTexts[each]}
        </option>
      ))}
    </select>
  )
}

const Deliveries = ({ endpoint, onResend }: { endpoint: WebhookEndpoint; onResend: () => void }) => {
  const { id, status: standing } = endpoint
  const search = useSearch({ from: '/inside/webhooks/$id' })
  const { deliveries: status, after, period } = search
  const newest = deliveryFiltersIn({ deliveries: status, period })
  const filters = deliveryFiltersIn({ deliveries: status, after })
  const page = useQuery({ ...deliveriesTo(useMode(), id, filters), placeholderData: keepPreviousData })
  const at = (search: DeliveryFilters) => ({ to: '/webhooks/$id', params: { id }, search }) as const
  return (
    <Card
      title="Deliveries"
      flush
      aside={
        <div className="flex flex-wrap gap-2">
          <StatusFilter endpoint={id} filters={deliveryFiltersIn({ ...search })} />
          {standing === 'enabled' && <Button onClick={onResend}>Resend several</Button>}
        </div>
      }
    >
      <Answered asked={page} label="deliveries" rows={6}>
        {({ data, has_more }) => (
          <>
            {data.length === 0 ? (
              <p className="p-4 text-soft">
                {status === undefined ? 'Nothing was sent yet. What happens shows here at once.' : 'None is like that.'}
              </p>
            ) : (
              <DeliveryList deliveries={data} of="endpoint" />
            )}
            <Paging
              newest={after === undefined ? undefined : at(newest)}
              older={has_more ? at({ ...newest, after: data.at(-1)?.id ?? '' }) : undefined}
            />
          </>
        )}
      </Answered>
    </Card>
  )
}

const factsOf = ({ id, description, enabled_events, delivery, created, ...endpoint }: WebhookEndpoint) =>
  [
    ['Id', <Identifier key="id" id={id} />],
    ['Description', description === null || description === '' ? '—' : description],
    ['Events', enabled_events.map((type) => (type === '*' ? 'all but the ledger’s' : type)).join(', ')],
    ['Signed with', signatureText(delivery)],
    ['Order', orderText(delivery)],
    ['At a time', `${delivery.concurrency}${delivery.rate === null ? '' : `, ${delivery.rate} a second`}`],
    ['Waits', `${delivery.timeout} s for an answer`],
    ['Created', <Time key="created" at={created} />],
    ...(endpoint.failing_since === null
      ? []
      : [['Failing since', <Time key="failing" at={endpoint.failing_since} />] as const]),
    ...(endpoint.previous_secret_until === null
      ? []
      : [['Old secret signs until', <Time key="secret" at={endpoint.previous_secret_until} />] as const]),
  ] as const

const Told = ({ endpoint }: { endpoint: WebhookEndpoint }) => {
  const [asked, setAsked] = useState<keyof typeof endpointDialogs>()
  const Asking = asked && endpointDialogs[asked]
  const { text, tone, remedy } = endpointState(endpoint)
  const enabled = endpoint.status === 'enabled'
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">
          <Breakable name={endpoint.url} />
        </h1>
        <Badge tone={tone}>{text}</Badge>
        <div className="ml-auto flex flex-wrap gap-2">
          <Button onClick={() => setAsked('edit')}>Change</Button>
          <Button onClick={() => setAsked('rotate')}>Rotate secret</Button>
          <Button look={enabled ? 'plain' : 'primary'} onClick={() => setAsked(enabled ? 'disable' : 'enable')}>
            {enabled ? 'Disable' : 'Enable'}
          </Button>
          <Button onClick={() => setAsked('delete')}>Delete</Button>
        </div>
      </div>
      {remedy !== undefined && <p className="rounded-lg bg-warn-wash p-3">{remedy}</p>}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-4">
          <EndpointFigures endpoint={endpoint.id} />
          <Deliveries {...{ endpoint }} onResend={() => setAsked('resend')} />
        </div>
        <div className="grid min-w-0 gap-4">
          <TestEvent endpoint={endpoint.id} />
          <Card title="Settings">
            <Facts facts={factsOf(endpoint)} />
          </Card>
        </div>
      </div>
      {Asking && <Asking endpoint={endpoint} onClose={() => setAsked(undefined)} />}
    </>
  )
}

/** /dashboard/webhooks/:id */
export const EndpointPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/webhooks/$id' })
  const endpoint = useQuery(oneEndpoint(mode, id))
  return (
    <div className="grid gap-4">
      <title>{`${endpoint.data?.url ?? id} · ${mode} · Micro`}</title>
      <p>
        <Link to="/webhooks" className="text-sm font-medium text-accent hover:underline">
          ← Webhooks
        </Link>
      </p>
      <Answered asked={endpoint} label="the endpoint" rows={9}>
        {(told) => <Told endpoint={told} />}
      </Answered>
    </div>
  )
}
