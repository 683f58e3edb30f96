import type { Event } from '@micro/contracts'
import { Link, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { WaitingBar } from '../live/waiting-bar.tsx'
import { useMode } from '../mode/mode.ts'
import { Breakable } from '../ui/breakable.tsx'
import { Card } from '../ui/card.tsx'
import { Answered } from '../ui/answered.tsx'
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
      <Link to="/events/$id" params={{ id }} className="font-medium hover:underline">
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

const Nothing = ({ filters: { type, after } }: { filters: EventFilters }) => (
  <p className="p-6 text-center text-soft">
    {type === undefined && after === undefined ? (
      'Nothing has happened yet. Whatever does shows here within a moment.'
    ) : (
      <>
        No event is like that.{' '}
        <Link to="/events" className="font-medium text-accent underline">
          Show all
        </Link>
      </>
    )}
  </p>
)

/** /dashboard/events */
export const EventsPage = () => {
  const mode = useMode()
  const { type, after } = useSearch({ from: '/inside/events' })
  const newest = type === undefined ? {} : { type }
  const filters = after === undefined ? newest : { ...newest, after }
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
          <TypeFilter type={type} />
        </div>
      </div>
      <div>
        <WaitingBar noun="event" count={waiting} isFirst={after === undefined} onShow={show} />
        <Card flush>
          <Answered asked={page} label="events" rows={8}>
            {({ data, has_more }) => (
              <>
                {data.length === 0 && <Nothing {...{ filters }} />}
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
