import type { ApiKey, RequestLog } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Refusal } from '../api/call.ts'
import { keys as allKeys } from '../keys/keys.data.ts'
import { useMode } from '../mode/mode.ts'
import { pageIn } from '../shell/commands.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { durationText } from './figures.ts'
import { madeBy, toneOf } from './request-look.ts'
import { oneRequest } from './requests.data.ts'

type Fact = readonly [name: string, value: ReactNode]

const link = 'font-medium text-accent underline'

/** The thing that the path names, where it has a page. */
const aboutOf = (path: string): Fact[] => {
  const page = pageIn(path)
  if (page === undefined) return []
  const { id, to, name } = page
  return [
    [
      'About',
      <span key="about">
        {name}{' '}
        <Link to={to} params={{ id }} className={`${link} font-mono text-sm break-all`}>
          {id}
        </Link>
      </span>,
    ],
  ]
}

const askedOf = (request: RequestLog, keys: readonly ApiKey[]): Fact[] => {
  const { id, created, path, ip, key_id, route, method, idempotency_key } = request
  return [
    ['Request id', <Identifier key="id" id={id} />],
    ['When', <Time key="created" at={created} />],
    [
      'Made by',
      key_id === null ? (
        madeBy(request, keys)
      ) : (
        <Link key="key" to="/keys" className={link}>
          {madeBy(request, keys)}
        </Link>
      ),
    ],
    ['From', ip],
    ['Idempotency key', idempotency_key === null ? 'none' : <Identifier key="idempotency" id={idempotency_key} />],
    ...aboutOf(path),
    ...(route === null
      ? []
      : ([
          [
            'Route',
            <Link
              key="route"
              to="/api"
              search={{ q: `${method} ${route.replace(/:(\w+)/g, '{$1}')}` }}
              className={link}
            >
              <Breakable name={route} />
            </Link>,
          ],
        ] as const)),
  ]
}

const Failure = ({ error }: { error: NonNullable<RequestLog['error']> }) => {
  const { message, code, decline_code, type, param, charge } = error
  const facts: Fact[] = [
    [
      'Code',
      code === null ? null : (
        <a key="code" href={`/docs/errors#${code}`} className={link}>
          {code}
        </a>
      ),
    ],
    ['Declined because', decline_code],
    ['Type', type],
    ['Parameter', param],
    ['Charge', charge],
  ]
  return (
    <Card title="What went wrong">
      {message !== null && <p className="mb-3 break-words">{message}</p>}
      <Facts facts={facts.filter(([, value]) => value !== null)} />
    </Card>
  )
}

const Shown = ({ request, keys }: { request: RequestLog; keys: readonly ApiKey[] }) => {
  const { method, path, status, duration_ms, error } = request
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 font-mono text-xl font-semibold break-words">
          {method} <Breakable name={path} />
        </h1>
        <Badge tone={toneOf(status)}>{status}</Badge>
        <span className="text-soft">{duration_ms === null ? 'a stream' : `took ${durationText(duration_ms)}`}</span>
      </div>
      {error !== null && <Failure {...{ error }} />}
      <Card title="What was asked">
        <Facts facts={askedOf(request, keys)} />
      </Card>
      <p className="text-sm text-soft">
        Queries, bodies and headers are not kept, so that no secret can be read here. Search your own log for the
        request id: every answer has it in <code className="font-mono">Request-Id</code>.
      </p>
    </>
  )
}

const Gone = ({ id }: { id: string }) => (
  <>
    <h1 className="text-2xl font-semibold">Request</h1>
    <p>
      The log does not have <code className="font-mono text-sm break-all">{id}</code>, or has it no longer: only the
      last requests are kept. It may also be of the other mode; look at the switch at the top.
    </p>
  </>
)

/** /dashboard/requests/:id */
export const RequestPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/requests/$id' })
  const query = useQuery(oneRequest(mode, id))
  const { data: keys = [] } = useQuery(allKeys)
  return (
    <div className="grid gap-4">
      <title>{`Request ${id} · ${mode} · Micro`}</title>
      <p>
        <Link to="/requests" className="text-sm font-medium text-accent hover:underline">
          ← Requests
        </Link>
      </p>
      {query.error instanceof Refusal && query.error.code === 'resource_missing' ? (
        <Gone {...{ id }} />
      ) : (
        <Answered asked={query} label="the request" rows={9}>
          {(request) => <Shown {...{ request, keys }} />}
        </Answered>
      )}
    </div>
  )
}
