import type { Event } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { ObjectLink } from '../shell/object-link.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Code } from '../ui/code.tsx'
import { CopyButton, Identifier } from '../ui/copy.tsx'
import { Answered } from '../ui/answered.tsx'
import { utcMoment } from '../ui/moment.ts'
import { Time } from '../ui/time.tsx'
import { DeliveryList } from '../webhooks/delivery-list.tsx'
import { deliveriesOfEvent } from '../webhooks/webhooks.data.ts'
import { aboutOf } from './about.ts'
import { changesOf } from './changes.ts'
import { oneEvent } from './events.data.ts'
import { SendAgain } from './send-again.tsx'

const Changes = ({ event }: { event: Event }) => {
  const changes = changesOf(event.data)
  if (changes.length === 0) return null
  return (
    <Card title="What changed" flush>
      <div className="overflow-x-auto">
        <table className="w-full text-sm">
          <caption className="sr-only">What changed: what it was, and what it is</caption>
          <thead className="text-soft">
            <tr>
              {['Member', 'Was', 'Is'].map((name) => (
                <th key={name} scope="col" className="px-4 py-2 text-left">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="font-mono">
            {changes.map(({ path, was, is }) => (
              <tr key={path} className="border-t border-line align-top">
                <th scope="row" className="px-4 py-2 text-left font-medium">
                  <Breakable name={path} />
                </th>
                <td className="px-4 py-2">
                  <del className="rounded bg-bad-wash px-1 break-words whitespace-pre-wrap text-bad no-underline">
                    {was}
                  </del>
                </td>
                <td className="px-4 py-2">
                  <ins className="rounded bg-good-wash px-1 break-words whitespace-pre-wrap text-good no-underline">
                    {is}
                  </ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

const Deliveries = ({ event }: { event: Event }) => {
  const deliveries = useQuery(deliveriesOfEvent(useMode(), event.id))
  return (
    <Card title="Deliveries" flush aside={<SendAgain {...{ event }} />}>
      <Answered asked={deliveries} label="deliveries" rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="px-4 pt-1 pb-4 text-soft">
              No endpoint was sent it.{' '}
              <Link to="/webhooks" className="font-medium text-accent underline">
                Webhooks
              </Link>{' '}
              has those there are, and sends them what they missed.
            </p>
          ) : (
            <DeliveryList deliveries={data} of="event" />
          )
        }
      </Answered>
    </Card>
  )
}

const factsOf = (event: Event) => {
  const { id, created, api_version, request } = event
  const about = aboutOf(event)
  return [
    ['Id', <Identifier key="id" id={id} />],
    ...(about.money === undefined ? [] : [['Amount', about.money] as const]),
    ...(about.payment === undefined
      ? []
      : [
          [
            'Payment',
            <Link
              key="payment"
              to="/payments/$id"
              params={{ id: about.payment }}
              className="font-mono text-sm break-all text-accent underline"
            >
              {about.payment}
            </Link>,
          ] as const,
        ]),
    ...(about.id === undefined || about.id === about.payment
      ? []
      : [['Tells of', <ObjectLink key="object" id={about.id} />] as const]),
    [
      'Created',
      <span key="created">
        <Time at={created} /> <span className="text-sm text-soft">({utcMoment(created)})</span>
      </span>,
    ],
    ['Request', request.id === null ? 'none: it happened by itself' : <Identifier key="request" id={request.id} />],
    ...(request.idempotency_key === null
      ? []
      : [['Idempotency key', <Identifier key="key" id={request.idempotency_key} />] as const]),
    ['API version', api_version],
  ] as const
}

const Told = ({ event }: { event: Event }) => {
  const json = JSON.stringify(event, null, 2)
  return (
    <>
      <h1 className="text-2xl font-semibold">
        <Breakable name={event.type} />
      </h1>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-4 xl:order-last">
          <Card title="Event">
            <Facts facts={factsOf(event)} />
          </Card>
          <Deliveries {...{ event }} />
        </div>
        <div className="grid min-w-0 gap-4">
          <Changes {...{ event }} />
          <Card title="Payload" aside={<CopyButton text={json} what="the event as JSON" />}>
            <Code text={json} what="the event as JSON" />
          </Card>
        </div>
      </div>
    </>
  )
}

/** /dashboard/events/:id */
export const EventPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/events/$id' })
  const event = useQuery(oneEvent(mode, id))
  return (
    <div className="grid gap-4">
      <title>{`${event.data?.type ?? id} · ${mode} · Micro`}</title>
      <p>
        <Link to="/events" className="text-sm font-medium text-accent hover:underline">
          ← Events
        </Link>
      </p>
      <Answered asked={event} label="the event" rows={9}>
        {(told) => <Told event={told} />}
      </Answered>
    </div>
  )
}
