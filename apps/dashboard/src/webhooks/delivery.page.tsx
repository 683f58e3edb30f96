import type { WebhookAttempt, WebhookDelivery } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Badge } from '../ui/badge.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Answered } from '../ui/answered.tsx'
import { Time } from '../ui/time.tsx'
import { deliveryState } from './delivery-state.ts'
import { Answer, Request } from './exchange.tsx'
import { ResendButton } from './resend-button.tsx'
import { oneDelivery } from './webhooks.data.ts'

const Attempt = ({ attempt, open }: { attempt: WebhookAttempt; open: boolean }) => {
  const { number, created, manual, request, result } = attempt
  return (
    <li id={`attempt-${number}`} className="border-t border-line target:bg-accent-wash first:border-0">
      <details open={open}>
        <summary className="px-4 py-2.5 hover:bg-sunken">
          <span className="inline-flex flex-wrap items-baseline gap-x-3 gap-y-1 align-top">
            <span className="font-medium">Attempt {number}</span>
            <Badge tone={result.delivered ? 'good' : 'bad'}>{result.status ?? 'No answer'}</Badge>
            <span className="text-sm text-soft tabular-nums">
              {result.duration_ms} ms · <Time at={created} />
              {manual && ' · resent by somebody'}
            </span>
          </span>
        </summary>
        <div className="grid gap-4 px-4 pt-1 pb-4 xl:grid-cols-2">
          <Request {...{ request }} />
          <Answer {...{ result }} />
        </div>
      </details>
    </li>
  )
}

const factsOf = ({ id, event, webhook_endpoint, seq, created, delivered, next_attempt }: WebhookDelivery) =>
  [
    [
      'Event',
      <Link
        key="event"
        to="/events/$id"
        params={{ id: event }}
        className="font-mono text-sm break-all text-accent underline"
      >
        {event}
      </Link>,
    ],
    [
      'Endpoint',
      <Link
        key="endpoint"
        to="/webhooks/$id"
        params={{ id: webhook_endpoint }}
        className="font-mono text-sm break-all text-accent underline"
      >
        {webhook_endpoint}
      </Link>,
    ],
    ['Id', <Identifier key="id" id={id} />],
    ['Place in the order', String(seq)],
    ['Created', <Time key="created" at={created} />],
    ['Got through', delivered === null ? 'not yet' : <Time key="delivered" at={delivered} />],
    ['Next try', next_attempt === null ? 'none is due' : <Time key="next" at={next_attempt} />],
  ] as const

const Told = ({ delivery, attempts }: { delivery: WebhookDelivery; attempts: readonly WebhookAttempt[] }) => {
  const { text, tone, detail } = deliveryState(delivery, unixSeconds(systemClock.now()))
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">
          <Breakable name={delivery.event_type} />
        </h1>
        <Badge tone={tone}>{text}</Badge>
        <span className="text-soft">{detail}</span>
        <span className="ml-auto flex flex-wrap justify-end gap-2">
          <ResendButton {...{ delivery }} />
        </span>
      </div>
      <Card title="Delivery">
        <Facts facts={factsOf(delivery)} />
      </Card>
      <Card title="Attempts" flush>
        {attempts.length === 0 ? (
          <p className="px-4 pt-1 pb-4 text-soft">None yet.</p>
        ) : (
          <ol aria-label="Attempts, the last first">
            {attempts.map((attempt, at) => (
              <Attempt key={attempt.id} attempt={attempt} open={at === 0} />
            ))}
          </ol>
        )}
      </Card>
    </>
  )
}

/** /dashboard/deliveries/:id */
export const DeliveryPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/deliveries/$id' })
  const query = useQuery(oneDelivery(mode, id))
  const endpoint = query.data?.delivery.webhook_endpoint
  return (
    <div className="grid gap-4">
      <title>{`Delivery of ${query.data?.delivery.event_type ?? id} · ${mode} · Micro`}</title>
      <p>
        <Link
          {...(endpoint === undefined ? { to: '/webhooks' } : { to: '/webhooks/$id', params: { id: endpoint } })}
          className="text-sm font-medium text-accent hover:underline"
        >
          {endpoint === undefined ? '← Webhooks' : '← Endpoint'}
        </Link>
      </p>
      <Answered asked={query} label="the delivery" rows={9}>
        {(told) => <Told {...told} />}
      </Answered>
    </div>
  )
}
