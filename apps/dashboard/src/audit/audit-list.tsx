import type { AuditEntry } from '@micro/contracts'
import { Badge } from '../ui/badge.tsx'
import { Facts } from '../ui/card.tsx'
import { Code } from '../ui/code.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { actionText, actorText } from './audit-words.ts'

const factsOf = ({ id, action, actor, subject, merchant, mode, client_ip, request }: AuditEntry) =>
  [
    ['Action', <code key="action">{action}</code>],
    ['By', actor.id === null ? actor.type : <Identifier key="actor" id={actor.id} />],
    ['Done to', subject === null ? '—' : <Identifier key="subject" id={subject} />],
    ['Merchant', merchant === null ? '—' : <Identifier key="merchant" id={merchant} />],
    ['Mode', mode ?? '—'],
    ['From', client_ip ?? '—'],
    ['Request', request === null ? '—' : <Identifier key="request" id={request} />],
    ['Entry', <Identifier key="id" id={id} />],
  ] as const

const Row = ({ entry, me }: { entry: AuditEntry; me: string }) => {
  const { action, outcome, actor, subject, mode, client_ip, detail, created } = entry
  return (
    <li className="border-t border-line first:border-0">
      <details className="group">
        <summary className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 hover:bg-sunken sm:grid-cols-[minmax(0,1fr)_auto] sm:items-baseline">
          <span className="min-w-0">
            <span className="font-medium">{actionText(action)}</span>{' '}
            {outcome === 'failure' && <Badge tone="bad">refused</Badge>}{' '}
            {mode !== null && <Badge tone={mode === 'live' ? 'good' : 'warn'}>{mode}</Badge>}
            <span className="block text-sm break-words text-soft">
              by {actorText(actor, me)}
              {client_ip !== null && ` from ${client_ip}`}
              {subject !== null && subject !== actor.id && <span className="wrap-anywhere"> · {subject}</span>}
            </span>
          </span>
          <span className="flex items-baseline gap-2 text-sm text-soft">
            <Time at={created} />
            <span aria-hidden="true" className="transition group-open:rotate-90">
              ›
            </span>
          </span>
        </summary>
        <div className="grid gap-3 px-4 pt-1 pb-4">
          <Facts facts={factsOf(entry)} />
          {Object.keys(detail).length > 0 && <Code text={JSON.stringify(detail, null, 2)} what="what more is known" />}
        </div>
      </details>
    </li>
  )
}

/** Entries of an audit log; each opens to all that is known of it. `me`: the id of whoever reads it. */
export const AuditList = ({ entries, me }: { entries: readonly AuditEntry[]; me: string }) => (
  <ul aria-label="What was done, newest first">
    {entries.map((entry) => (
      <Row key={entry.id} {...{ entry, me }} />
    ))}
  </ul>
)
