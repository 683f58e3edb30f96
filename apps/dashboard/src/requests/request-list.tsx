import type { ApiKey, RequestLog } from '@micro/contracts'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { WaitingBar } from '../live/waiting-bar.tsx'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card } from '../ui/card.tsx'
import { CommandLine } from '../ui/command.tsx'
import { Paging } from '../ui/paging.tsx'
import { Time } from '../ui/time.tsx'
import { durationText } from './figures.ts'
import { isFiltered, type RequestSearch } from './request-filters.ts'
import { errorWord, madeBy, toneOf } from './request-look.ts'
import { useKeysOf } from './use-keys-of.ts'
import { useRequestList } from './use-request-list.ts'

const Row = ({ request, keys }: { request: RequestLog; keys: readonly ApiKey[] }) => {
  const { id, status, method, path, created, duration_ms } = request
  return (
    <li className="grid grid-cols-[3.5rem_minmax(0,1fr)_auto] items-baseline gap-x-3 gap-y-0.5 border-t border-line px-4 py-2 text-sm first:border-0 hover:bg-sunken lg:grid-cols-[3.5rem_minmax(0,6fr)_minmax(0,3fr)_minmax(0,3fr)_4.5rem_9.5rem]">
      <span>
        <Badge tone={toneOf(status)}>{status}</Badge>
      </span>
      <Link
        to="/requests/$id"
        params={{ id }}
        className="col-span-3 row-start-2 min-w-0 font-mono break-words hover:underline lg:col-span-1 lg:row-start-1"
      >
        <span className="font-semibold">{method}</span> <Breakable name={path} />
      </Link>
      <span className="col-span-2 row-start-3 min-w-0 truncate text-bad lg:col-span-1 lg:col-start-3 lg:row-start-1">
        {errorWord(request)}
      </span>
      <span className="col-start-3 row-start-3 min-w-0 truncate text-right text-soft lg:col-start-4 lg:row-start-1 lg:text-left">
        {madeBy(request, keys)}
      </span>
      <span className="col-start-2 row-start-1 text-soft tabular-nums lg:col-start-5 lg:text-right">
        {durationText(duration_ms)}
      </span>
      <span className="col-start-3 row-start-1 text-right text-soft lg:col-start-6">
        <Time at={created} as="brief" />
      </span>
    </li>
  )
}

const Nothing = ({ search }: { search: RequestSearch }) => {
  const mode = useMode()
  if (isFiltered(search) || search.after !== undefined)
    return (
      <p className="p-6 text-center text-soft">
        No request of the log is like that.{' '}
        <Link to="/requests" className="font-medium text-accent underline">
          Show all
        </Link>
      </p>
    )
  return (
    <div className="grid gap-3 p-4">
      <h2 className="font-semibold">No {mode} request by an API key yet</h2>
      <p>Make one, and it shows here within seconds:</p>
      <CommandLine
        command={`./micro get /v1/payment_intents${mode === 'live' ? ' --live' : ''}`}
        does="List payment intents"
      />
      <p className="text-soft">
        Pages like this one make requests as well:{' '}
        <Link to="/requests" search={{ by: 'dashboard' }} className="font-medium text-accent underline">
          show those of the dashboard
        </Link>
        .
      </p>
    </div>
  )
}

/** The requests, newest first; new ones come on top, or wait while somebody reads. */
export const RequestList = ({ search, keys }: { search: RequestSearch; keys: readonly ApiKey[] }) => {
  const list = useRef<HTMLOListElement>(null)
  const { page, waiting, letIn } = useRequestList(useMode(), search, list)
  const { after, ...newest } = search
  useKeysOf(page.data?.data ?? [], keys)
  const show = (): void => {
    letIn()
    scrollTo({ top: 0 })
  }
  return (
    <div>
      <WaitingBar noun="request" count={waiting} isFirst={after === undefined} onShow={show} />
      <Card flush>
        <Answered asked={page} label="requests" rows={8}>
          {({ data, has_more }) => (
            <>
              {data.length === 0 && <Nothing {...{ search }} />}
              <ol ref={list} aria-label="Requests, newest first">
                {data.map((request) => (
                  <Row key={request.id} {...{ request, keys }} />
                ))}
              </ol>
              <Paging
                newest={after === undefined ? undefined : { to: '/requests', search: newest }}
                older={has_more ? { to: '/requests', search: { ...newest, after: data.at(-1)?.id ?? '' } } : undefined}
              />
            </>
          )}
        </Answered>
      </Card>
    </div>
  )
}
