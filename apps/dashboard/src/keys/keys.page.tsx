import type { ApiKey } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMode } from '../mode/mode.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { Skeleton } from '../ui/waiting.tsx'
import { CreateKey, RevokeKey, RollKey } from './key-dialogs.tsx'
import { keyState, maskedKey } from './key-state.ts'
import { keys } from './keys.data.ts'

type Asked = { readonly act: 'roll' | 'revoke'; readonly apiKey: ApiKey }

const Row = ({ apiKey, onAsk }: { apiKey: ApiKey; onAsk: (asked: Asked) => void }) => {
  const { name, type, key, scopes, created, last_used, expires } = apiKey
  const { text, tone, alive } = keyState(apiKey, unixSeconds(systemClock.now()))
  return (
    <li className="grid gap-2 border-t border-line px-4 py-3 first:border-0 lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_9.5rem] lg:items-center">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-medium break-words">
            {name ?? (type === 'publishable' ? 'Publishable key' : 'Without a name')}
          </span>
          <Badge tone={tone}>{text}</Badge>
        </p>
        <p className="flex items-center gap-2">
          <code className="min-w-0 truncate font-mono text-sm text-soft">{key ?? maskedKey(apiKey)}</code>
          {key !== null && <CopyButton text={key} what="the publishable key" />}
        </p>
      </div>
      <p className="text-sm text-soft">
        {type === 'publishable'
          ? 'For your web pages: no secret'
          : scopes.includes('*')
            ? 'May do everything'
            : `May: ${scopes.join(', ')}`}
        <br />
        Created <Time at={created} as="brief" />,{' '}
        {last_used === null ? (
          'never used'
        ) : (
          <>
            last used <Time at={last_used} as="brief" />
          </>
        )}
        {expires !== null && (
          <>
            , {alive ? 'ends' : 'ended'} <Time at={expires} as="brief" />
          </>
        )}
      </p>
      <div className="flex gap-2">
        {alive && type !== 'publishable' && <Button onClick={() => onAsk({ act: 'roll', apiKey })}>Roll</Button>}
        {alive && <Button onClick={() => onAsk({ act: 'revoke', apiKey })}>Revoke</Button>}
      </div>
    </li>
  )
}

/** /dashboard/keys */
export const KeysPage = () => {
  const mode = useMode()
  const { data, error, refetch } = useQuery(keys)
  const [asked, setAsked] = useState<Asked | 'create'>()
  const onClose = () => setAsked(undefined)
  const those = data?.filter(({ environment }) => environment === mode)
  return (
    <div className="grid gap-4">
      <title>{`API keys · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">API keys, {mode}</h1>
        <Button look="primary" onClick={() => setAsked('create')}>
          New {mode} key
        </Button>
      </div>
      <Card flush>
        {those === undefined ? (
          error === null ? (
            <Skeleton rows={5} label="keys" />
          ) : (
            <div className="p-4">
              <Problem error={error} onAgain={() => void refetch()} />
            </div>
          )
        ) : those.length === 0 ? (
          <p className="p-6 text-center text-soft">
            There is no {mode} key yet. Your server needs one to call the API.
          </p>
        ) : (
          <ul>
            {those.map((apiKey) => (
              <Row key={apiKey.id} apiKey={apiKey} onAsk={setAsked} />
            ))}
          </ul>
        )}
      </Card>
      {asked === 'create' && <CreateKey {...{ mode, onClose }} />}
      {typeof asked === 'object' && asked.act === 'roll' && <RollKey apiKey={asked.apiKey} {...{ onClose }} />}
      {typeof asked === 'object' && asked.act === 'revoke' && <RevokeKey apiKey={asked.apiKey} {...{ onClose }} />}
    </div>
  )
}
