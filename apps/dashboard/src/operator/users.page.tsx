import type { ManagedUser } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useRouteContext, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Paging } from '../ui/paging.tsx'
import { Time } from '../ui/time.tsx'
import { registration, usersPage } from './operator.data.ts'
import { OperatorHeading } from './parts.tsx'
import { actsFor, userActs, type UserAct } from './user-acts.ts'
import { ChangeRegistration, ChangeUser, Invite } from './user-dialogs.tsx'

type Asked =
  | { readonly act: UserAct; readonly user: ManagedUser }
  | { readonly act: 'invite' }
  | { readonly act: 'registration'; readonly open: boolean }

const Row = ({ user, me, onAsk }: { user: ManagedUser; me: string; onAsk: (act: UserAct) => void }) => {
  const { id, email, merchant, operator, disabled, created, last_seen } = user
  return (
    <li className="grid gap-2 border-t border-line px-4 py-3 first:border-0 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)_16rem] xl:items-center">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium wrap-anywhere">{email}</span>
          {id === me && <Badge tone="calm">You</Badge>}
          {operator && <Badge tone="accent">Operator</Badge>}
          {disabled !== null && <Badge tone="bad">Disabled</Badge>}
        </p>
        <p className="text-sm text-soft">
          Merchant{' '}
          <Link
            to="/operator/audit"
            search={{ merchant }}
            aria-label={`${merchant}: what was done with ${email}`}
            className="font-mono wrap-anywhere text-accent hover:underline"
          >
            {merchant}
          </Link>
        </p>
      </div>
      <p className="text-sm text-soft">
        Registered <Time at={created} as="brief" />
        <br />
        {disabled !== null ? (
          <>
            Disabled since <Time at={disabled} as="brief" />
          </>
        ) : last_seen === null ? (
          'Signed in nowhere'
        ) : (
          <>
            Last seen <Time at={last_seen} as="brief" />
          </>
        )}
      </p>
      <div className="flex flex-wrap gap-2 xl:justify-end">
        {actsFor(user, me).map((act) => (
          <Button key={act} onClick={() => onAsk(act)} aria-label={`${userActs[act].verb}: ${email}`}>
            {userActs[act].verb}
          </Button>
        ))}
      </div>
    </li>
  )
}

const Registering = ({ onAsk }: { onAsk: (asked: Asked) => void }) => {
  const asked = useQuery(registration)
  return (
    <Card title="Registration" aside={<Button onClick={() => onAsk({ act: 'invite' })}>Invite somebody</Button>}>
      <Answered {...{ asked }} label="registration" rows={1}>
        {({ open, decided_by }) => (
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p>
              <Badge tone={open ? 'warn' : 'good'}>{open ? 'Open' : 'Closed'}</Badge>{' '}
              {open ? 'Anyone who reaches this address can register.' : 'Only who is invited can register.'}{' '}
              <span className="text-soft">
                {decided_by === 'operator' ? 'An operator decided so.' : 'So says the configuration.'}
              </span>
            </p>
            <Button onClick={() => onAsk({ act: 'registration', open: !open })}>{open ? 'Close it' : 'Open it'}</Button>
          </div>
        )}
      </Answered>
    </Card>
  )
}

/** /dashboard/operator/users */
export const UsersPage = () => {
  const { after } = useSearch({ from: '/inside/operator/users' })
  const { user: me } = useRouteContext({ from: '/inside' })
  const users = useQuery({ ...usersPage(after), placeholderData: keepPreviousData })
  const [asked, setAsked] = useState<Asked>()
  const onClose = (): void => setAsked(undefined)
  return (
    <div className="grid gap-4">
      <title>Users · Operator · Micro</title>
      <OperatorHeading />
      <Registering onAsk={setAsked} />
      <Card flush>
        <Answered asked={users} label="users" rows={8}>
          {({ data, has_more }) => (
            <>
              <ul aria-label="Users, newest first">
                {data.map((user) => (
                  <Row key={user.id} me={me.id} {...{ user }} onAsk={(act) => setAsked({ act, user })} />
                ))}
              </ul>
              <Paging
                newest={after === undefined ? undefined : { to: '/operator/users', search: {} }}
                older={has_more ? { to: '/operator/users', search: { after: data.at(-1)?.id ?? '' } } : undefined}
              />
            </>
          )}
        </Answered>
      </Card>
      {asked?.act === 'invite' && <Invite {...{ onClose }} />}
      {asked?.act === 'registration' && <ChangeRegistration open={asked.open} {...{ onClose }} />}
      {asked !== undefined && 'user' in asked && <ChangeUser act={asked.act} user={asked.user} {...{ onClose }} />}
    </div>
  )
}
