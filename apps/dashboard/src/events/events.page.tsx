import type { Event } from '@micro/contracts'
import { Link, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { WaitingBar } from '../live/waiting-bar.tsx'
import { useMode } from '../mode/mode.ts'
import { ObjectLink } from '../shell/object-link.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card } from '../ui/card.tsx'
import { Answered } from '../ui/answered.tsx'
import { Nothing } from '../ui/nothing.tsx'
import { Paging } from '../ui/paging.tsx'
import { Time } from '../ui/time.tsx'
import { aboutOf } from './about.ts'
import type { EventFilters } from './event-filters.ts'
import { TypeFilter } from './type-filter.tsx'
import { useEventList } from './use-event-list.ts'

const Row = ({ event }: { event: Event }) => {
  const { id, type, created } = event
  const about = aboutOf(event)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-0.5 border-t border-line px-4 py-2 first:border-0 hover:bg-sunken lg:grid-cols-[minmax(0,5fr)_minmax(0,5fr)_minmax(0,3fr)_10rem] lg:items-baseline">
      <Link to="/events/$id" params={{ id }} className="font-medium text-accent hover:underline">
        <Breakable name={type} />
      </Link>
      <span className="col-start-1 min-w-0 truncate font-mono text-sm text-soft lg:col-start-auto">
        {about.payment === undefined ? (
          about.id
        ) : (
          <Link to="/payments/$id" params={{ id: about.payment }} className="text-accent hover:underline">
            {about.payment}
          </Link>
        )}
      </span>
      <span className="col-start-2 row-start-2 text-right text-sm tabular-nums lg:col-start-auto lg:row-start-auto">
        {about.money}
      </span>
      <span className="col-start-2 row-start-1 text-right text-sm text-soft lg:col-start-auto lg:row-start-auto">
        <Time at={created} as="brief" />
      </span>
    </li>
  )
}

/** What all that is listed tells of. */
const Related = ({ related, ...rest }: EventFilters & { related: string }) => (
  <p className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg bg-sunken px-4 py-2.5">
    <span>
      All that was told of <ObjectLink id={related} />
    </span>
    <Link to="/events" search={rest} className="ml-auto text-sm font-medium text-accent underline">
      Show all events
    </Link>
  </p>
)

/** /dashboard/events */
export const EventsPage = () => {
  const mode = useMode()
  const filters = useSearch({ from: '/inside/events' })
  const { after, ...newest } = filters
  const list = useRef<HTMLOListElement>(null)
  const { page, waiting, letIn } = useEventList(mode, filters, list)
  const show = (): void => {
    letIn()
    scrollTo({ top: 0 })
  }
  return (
    <div className="grid gap-4">
      <title>{`Events · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl font-semibold">Events</h1>
        <div className="w-full sm:w-80">
          <TypeFilter filters={newest} />
        </div>
      </div>
      {newest.related !== undefined && <Related {...newest} related={newest.related} />}
      <div>
        <WaitingBar noun="event" count={waiting} isFirst={after === undefined} onShow={show} />
        <Card flush>
          <Answered asked={page} label="events" rows={8}>
            {({ data, has_more }) => (
              <>
                {data.length === 0 && (
                  <Nothing filtered={Object.keys(filters).length > 0} all="/events" what="event">
                    <p>Nothing has happened yet. Whatever does shows here within a moment.</p>
                  </Nothing>
                )}
                <ol ref={list} aria-label="Events, newest first">
                  {data.map((event) => (
                    <Row key={event.id} {...{ event }} />
                  ))}
                </ol>
                <Paging
                  newest={after === undefined ? undefined : { to: '/events', search: newest }}
                  older={has_more ? { to: '/events', search: { ...newest, after: data.at(-1)?.id ?? '' } } : undefined}
                />
              </>
            )}
          </Answered>
        </Card>
      </div>
    </div>
  )
}
