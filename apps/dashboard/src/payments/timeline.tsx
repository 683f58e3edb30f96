import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Code } from '../ui/code.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { Attempts } from './attempts.tsx'
import type { Story } from './payments.data.ts'
import type { Moment } from './story.ts'

const names: Readonly<Record<Moment['kind'], string>> = {
  payment: 'Payment',
  confirmation: 'Confirmation',
  charge: 'Charge',
  refund: 'Refund',
  dispute: 'Dispute',
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

/** The thing itself, as the API has it; nothing of a confirmation but what came of it. */
const objectOf = (story: Story, id: string): unknown => {
  const { intent, charges, refunds, disputes, transactions, events, deliveries } = story
  return [intent, ...charges, ...refunds, ...disputes, ...transactions, ...events, ...deliveries].find(
    (each) => each.id === id,
  )
}

/** Those that have a page of their own. */
const pages = {
  dispute: '/disputes/$id',
  ledger: '/ledger/transactions/$id',
  event: '/events/$id',
  webhook: '/deliveries/$id',
} as const

const Title = ({ kind, id, title }: Moment) => {
  const look = 'font-medium break-words'
  return kind in pages ? (
    <Link to={pages[kind as keyof typeof pages]} params={{ id }} className={`${look} text-accent hover:underline`}>
      {title}
    </Link>
  ) : (
    <span className={look}>{title}</span>
  )
}

/** Opens to what the API says of a thing; of a webhook first to each attempt. */
const Details = ({ kind, id, object }: { kind: Moment['kind']; id: string; object: unknown }) => {
  const [open, setOpen] = useState(false)
  return (
    <details className="min-w-0 text-sm" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="text-soft hover:text-ink">
        <code className="font-mono break-all">{id}</code>
      </summary>
      {open && (
        <div className="grid gap-2 pt-2">
          <Identifier id={id} />
          {kind === 'webhook' && <Attempts delivery={id} />}
          <Code text={JSON.stringify(object, null, 2)} what={`${id} as JSON`} />
        </div>
      )}
    </details>
  )
}

const Item = ({ moment, origin, story }: { moment: Moment; origin: Moment | undefined; story: Story }) => {
  const { kind, id, at, tone, notes } = moment
  const object = objectOf(story, id)
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
      {origin !== undefined && (
        <p className="text-sm break-words">
          Came of{' '}
          <a href={`#at-${origin.id}`} className="text-accent underline">
            {origin.title}
          </a>
        </p>
      )}
      {object !== undefined && <Details {...{ kind, id, object }} />}
    </li>
  )
}

/** What happened, oldest first; each thing opens to what the API says of it, and leads to what it came from. */
export const Timeline = ({ moments, story }: { moments: readonly Moment[]; story: Story }) => (
  <ol className="ml-1">
    {moments.map((moment) => (
      <Item
        key={`${moment.kind} ${moment.id} ${moment.at}`}
        origin={moments.find(({ id }) => id === moment.from)}
        {...{ moment, story }}
      />
    ))}
  </ol>
)
