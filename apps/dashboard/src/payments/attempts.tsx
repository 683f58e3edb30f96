import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Time } from '../ui/time.tsx'
import { oneDelivery } from '../webhooks/webhooks.data.ts'

/** Each request that was made for a delivery, and what it led to: read once it is looked at. */
export const Attempts = ({ delivery }: { delivery: string }) => {
  const asked = useQuery(oneDelivery(useMode(), delivery))
  return (
    <Answered {...{ asked }} label="attempts" rows={1}>
      {({ attempts }) => (
        <ol aria-label="Attempts, the last first" className="grid gap-1">
          {attempts.map(({ id, number, created, result }) => (
            <li key={id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
              <Link
                to="/deliveries/$id"
                params={{ id: delivery }}
                hash={`attempt-${number}`}
                className="font-medium text-accent underline"
              >
                Attempt {number}
              </Link>
              <Badge tone={result.delivered ? 'good' : 'bad'}>{result.status ?? 'No answer'}</Badge>
              <span className="text-soft tabular-nums">
                {result.duration_ms} ms · <Time at={created} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Answered>
  )
}
