import { Link } from '@tanstack/react-router'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import type { Story } from './payments.data.ts'
import type { Moment } from './story.ts'

const names: Readonly<Record<Moment['kind'], string>> = {
  payment: 'Payment',
  charge: 'Charge',
  refund: 'Refund',
  ledger: 'Ledger',
  event: 'Event',
  webhook: 'Webhook',
}

const dots: Readonly<Record<Tone, string>> = {
  good: 'bg-good',
  bad: 'bg-bad',
  warn: 'bg-warn',
  calm: 'bg-strong',
  accent: 'bg-accent',
}

/** The thing itself, as the API has it. */
const objectOf = ({ intent, charges, refunds, transactions, events, deliveries }: Story, id: string): unknown =>
  [intent, ...charges, ...refunds, ...transactions, ...events, ...deliveries].find((each) => each.id === id)

/** Events and deliveries have a page of their own. */
const Title = ({ kind, id, title }: Moment) => {
  const look = 'font-medium break-words'
  if (kind !== 'event' && kind !== 'webhook') return <span className={look}>{title}</span>
  return (
    <Link
      to={kind === 'event' ? '/events/$id' : '/deliveries/$id'}
      params={{ id }}
      className={`${look} hover:underline`}
    >
      {title}
    </Link>
  )
}

const Item = ({ moment, story }: { moment: Moment; story: Story }) => {
  const { kind, id, at, tone, notes, from } = moment
  return (
    <li id={`at-${id}`} className="relative grid gap-1 border-l border-line pb-5 pl-5 last:pb-0 target:bg-accent-wash">
      <span aria-hidden="true" className={`absolute top-1.5 -left-[5px] size-2.5 rounded-full ${dots[tone]}`} />
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <Badge tone={tone}>{names[kind]}</Badge>
        <Title {...moment} />
        <span className="ml-auto text-sm whitespace-nowrap text-soft">
          <Time at={at} />
        </span>
      </div>
      {notes.map((note) => (
        <p key={note} className="text-sm break-words text-soft">
          {note}
        </p>
      ))}
      {kind === 'ledger' && (
        <p className="text-sm">
          <Link to="/ledger/transactions/$id" params={{ id }} className="font-medium text-accent hover:underline">
            See it in the ledger
          </Link>
        </p>
      )}
      <details className="min-w-0 text-sm">
        <summary className="text-soft hover:text-ink">
          <code className="font-mono">{id}</code>
        </summary>
        <div className="grid gap-2 pt-2">
          <Identifier id={id} />
          {from !== undefined && (
            <p>
              Of{' '}
              <a href={`#at-${from}`} className="font-mono text-accent underline">
                {from}
              </a>
            </p>
          )}
          <pre
            tabIndex={0}
            aria-label={`${id} as JSON`}
            className="max-h-96 overflow-auto rounded-md bg-sunken p-3 font-mono"
          >
            {JSON.stringify(objectOf(story, id), null, 2)}
          </pre>
        </div>
      </details>
    </li>
  )
}

/** What happened, oldest first; each thing opens to what the API says of it, and leads to what it came from. */
export const Timeline = ({ moments, story }: { moments: readonly Moment[]; story: Story }) => (
  <ol className="ml-1">
    {moments.map((moment) => (
      <Item key={`${moment.kind} ${moment.id} ${moment.at}`} {...{ moment, story }} />
    ))}
  </ol>
)
