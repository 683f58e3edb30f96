import type { WebhookDelivery } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Badge } from '../ui/badge.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Time } from '../ui/time.tsx'
import { deliveryState } from './delivery-state.ts'
import { ResendButton } from './resend-button.tsx'
import { endpoints } from './webhooks.data.ts'

/** The URL of an endpoint; its id while that is not known, or when the endpoint is gone. */
const Where = ({ id }: { id: string }) => {
  const { data } = useQuery(endpoints(useMode()))
  return <Breakable name={data?.find((endpoint) => endpoint.id === id)?.url ?? id} />
}

const Row = ({ delivery, of }: { delivery: WebhookDelivery; of: 'endpoint' | 'event' }) => {
  const { id, event_type, webhook_endpoint, created } = delivery
  const { text, tone, detail } = deliveryState(delivery, unixSeconds(systemClock.now()))
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2.5 first:border-0">
      <div className="grid min-w-0 grow basis-56 gap-0.5">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone={tone}>{text}</Badge>
          <Link to="/deliveries/$id" params={{ id }} className="min-w-0 font-medium break-words hover:underline">
            {of === 'endpoint' ? <Breakable name={event_type} /> : <Where id={webhook_endpoint} />}
          </Link>
        </p>
        <p className="text-sm text-soft">
          {detail} · <Time at={created} as="brief" />
        </p>
      </div>
      <ResendButton {...{ delivery }} />
    </li>
  )
}

/** Deliveries, each with how it stands and a way to send it again. `of`: what they have in common, and need not say. */
export const DeliveryList = ({
  deliveries,
  of,
}: {
  deliveries: readonly WebhookDelivery[]
  of: 'endpoint' | 'event'
}) => (
  <ul aria-label="Deliveries, newest first">
    {deliveries.map((delivery) => (
      <Row key={delivery.id} {...{ delivery, of }} />
    ))}
  </ul>
)
