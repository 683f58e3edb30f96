import type { Event, Mode } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { aboutOf } from '../events/about.ts'
import { newestEvents } from '../live/live.data.ts'
import { Breakable } from '../ui/breakable.tsx'
import { Card } from '../ui/card.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { Skeleton } from '../ui/waiting.tsx'

const Line = ({ event }: { event: Event }) => {
  const { id, type, created } = event
  const about = aboutOf(event)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-0.5 border-t border-line px-4 py-2 first:border-0">
      <span className="flex items-baseline justify-between gap-3">
        <Link to="/events/$id" params={{ id }} className="min-w-0 font-medium hover:underline">
          <Breakable name={type} />
        </Link>
        <span className="text-sm whitespace-nowrap text-soft">
          <Time at={created} as="time" />
        </span>
      </span>
      <span className="flex items-baseline justify-between gap-3 text-sm text-soft">
        {about.payment === undefined ? (
          <span className="min-w-0 truncate font-mono">{about.id}</span>
        ) : (
          <Link
            to="/payments/$id"
            params={{ id: about.payment }}
            className="min-w-0 truncate font-mono text-accent hover:underline"
          >
            {about.payment}
          </Link>
        )}
        <span className="whitespace-nowrap tabular-nums">{about.money}</span>
      </span>
    </li>
  )
}

/** Events as they happen, newest first. */
export const Ticker = ({ mode }: { mode: Mode }) => {
  const { data: events, error, refetch } = useQuery(newestEvents(mode))
  return (
    <Card title="Events, live" flush>
      {events === undefined ? (
        error === null ? (
          <Skeleton rows={5} label="events" />
        ) : (
          <div className="p-4">
            <Problem error={error} onAgain={() => void refetch()} />
          </div>
        )
      ) : events.length === 0 ? (
        <p className="p-4 text-soft">None yet. Whatever happens shows here within a moment.</p>
      ) : (
        <ol aria-label="Events, newest first" tabIndex={0} className="max-h-[42rem] overflow-y-auto">
          {events.map((event) => (
            <Line key={event.id} {...{ event }} />
          ))}
        </ol>
      )}
    </Card>
  )
}
