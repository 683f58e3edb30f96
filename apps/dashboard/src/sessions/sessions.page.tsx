import type { Session } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useChange } from '../act/use-change.ts'
import { useSignOut } from '../session/sign-out.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Paging } from '../ui/paging.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { endOtherSessions, endSession, sessionsPage } from './sessions.data.ts'

const holders = { browser: 'Browser', tokens: 'Command line' } as const

const Row = ({ session, onEnd }: { session: Session; onEnd: () => void }) => {
  const { id, held_by, current, client_ip, created, last_used, expires } = session
  return (
    <li className="grid gap-2 border-t border-line px-4 py-3 first:border-0 lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_7rem] lg:items-center">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{holders[held_by]}</span>
          {current && <Badge tone="good">This one</Badge>}
        </p>
        <p className="text-sm text-soft">
          from {client_ip ?? 'an unknown address'} · <code className="font-mono wrap-anywhere">{id}</code>
        </p>
      </div>
      <p className="text-sm text-soft">
        Signed in <Time at={created} as="brief" />, last used <Time at={last_used} as="brief" />
        <br />
        Ends <Time at={expires} as="brief" />
      </p>
      <div>
        <Button onClick={onEnd} aria-label={current ? 'Sign out here' : `Sign out ${id}`}>
          Sign out
        </Button>
      </div>
    </li>
  )
}

const EndSession = ({ session, onClose }: { session: Session; onClose: () => void }) => {
  const doing = useChange(() => endSession(session), { changes: ['sessions'], onDone: onClose })
  return (
    <AskDialog title="Sign it out?" verb="Sign it out" look="danger" {...{ doing, onClose }}>
      <p>
        The {holders[session.held_by].toLowerCase()} from {session.client_ip ?? 'an unknown address'} has to sign in
        again. API keys go on working, those of command lines among them.
      </p>
    </AskDialog>
  )
}

const EndOthers = ({ onClose }: { onClose: () => void }) => {
  const doing = useChange(endOtherSessions, { changes: ['sessions'], onDone: onClose })
  return (
    <AskDialog title="Sign out everywhere else?" verb="Sign out all others" look="danger" {...{ doing, onClose }}>
      <p>Every browser and command line but this one has to sign in again. API keys go on working.</p>
      <p>If somebody else was in your account, change the password as well, and roll your keys.</p>
    </AskDialog>
  )
}

/** /dashboard/sessions */
export const SessionsPage = () => {
  const { after } = useSearch({ from: '/inside/sessions' })
  const asked = useQuery({ ...sessionsPage(after), placeholderData: keepPreviousData })
  const [ending, setEnding] = useState<Session | 'others'>()
  const leaving = useSignOut()
  const onClose = (): void => setEnding(undefined)
  return (
    <div className="grid gap-4">
      <title>Sessions · Micro</title>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="grid gap-1">
          <h1 className="text-2xl font-semibold">Sessions</h1>
          <p className="text-soft">
            Where you are signed in. What was done from there is in your{' '}
            <Link to="/activity" className="font-medium text-accent underline">
              account activity
            </Link>
            .
          </p>
        </div>
        <Button onClick={() => setEnding('others')}>Sign out everywhere else</Button>
      </div>
      {leaving.isError && <Problem error={leaving.error} onAgain={() => leaving.mutate()} />}
      <Card flush>
        <Answered asked={asked} label="sessions">
          {({ data, has_more }) => (
            <>
              <ul aria-label="Sessions, newest first">
                {data.map((session) => (
                  <Row
                    key={session.id}
                    {...{ session }}
                    onEnd={() => (session.current ? leaving.mutate() : setEnding(session))}
                  />
                ))}
              </ul>
              <Paging
                newest={after === undefined ? undefined : { to: '/sessions', search: {} }}
                older={has_more ? { to: '/sessions', search: { after: data.at(-1)?.id ?? '' } } : undefined}
              />
            </>
          )}
        </Answered>
      </Card>
      {ending === 'others' && <EndOthers {...{ onClose }} />}
      {typeof ending === 'object' && <EndSession session={ending} {...{ onClose }} />}
    </div>
  )
}
