import type { PaymentIntent } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { ObjectLink } from '../shell/object-link.tsx'
import { Answered } from '../ui/answered.tsx'
import { Back } from '../ui/back.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { moneyText } from '../ui/money.ts'
import { utcMoment } from '../ui/moment.ts'
import { MetadataCard } from '../ui/metadata.tsx'
import { Time } from '../ui/time.tsx'
import { webAddress } from '../ui/web-address.ts'
import { ActButtons } from './acts.tsx'
import { declineText } from './declines.ts'
import { payment, type Story } from './payments.data.ts'
import { actsOn, outcomeOf } from './status.ts'
import { momentsOf } from './story.ts'
import { Timeline } from './timeline.tsx'

const Declined = ({ intent: { last_payment_error: said, status } }: { intent: PaymentIntent }) =>
  said === null || status === 'succeeded' ? null : (
    <p className="rounded-lg bg-bad-wash p-3">
      <strong>{said.message}</strong> {declineText(said.decline_code ?? said.code)}
      <span className="block font-mono text-sm">{said.decline_code ?? said.code}</span>
    </p>
  )

const HolderHasToAct = ({ intent: { next_action } }: { intent: PaymentIntent }) => {
  const url = webAddress(next_action?.redirect_to_url?.url)
  return url === undefined ? null : (
    <p className="rounded-lg bg-warn-wash p-3">
      The holder of the card has to confirm it is theirs.{' '}
      <a href={url} className="font-medium underline">
        Play their part
      </a>
    </p>
  )
}

const cardText = ({ charges }: Story): string => {
  const card = charges[0]?.payment_method_details?.card
  return card ? `${card.brand} ···· ${card.last4}, ${card.exp_month}/${card.exp_year}` : '—'
}

const factsOf = (story: Story) => {
  const { id, amount_received, currency, created, description, customer, capture_method } = story.intent
  const refunded = story.charges.reduce((sum, { amount_refunded }) => sum + amount_refunded, 0)
  return [
    ['Id', <Identifier key="id" id={id} />],
    ['Received', moneyText(amount_received, currency)],
    ...(refunded > 0 ? [['Refunded', moneyText(refunded, currency)] as const] : []),
    ['Card', cardText(story)],
    ['Capture', capture_method === 'manual' ? 'by hand' : 'at once'],
    ['Customer', typeof customer === 'string' ? <ObjectLink key="customer" id={customer} /> : '—'],
    ['Description', description ?? '—'],
    [
      'Created',
      <span key="created">
        <Time at={created} /> <span className="text-sm text-soft">({utcMoment(created)})</span>
      </span>,
    ],
  ] as const
}

const Told = ({ story }: { story: Story }) => {
  const { intent, charges } = story
  const { text, tone } = outcomeOf(intent, charges)
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-2xl font-semibold tabular-nums">{moneyText(intent.amount, intent.currency)}</h1>
        <Badge tone={tone}>{text}</Badge>
        <span className="ml-auto">
          <ActButtons intent={intent} acts={actsOn(intent, charges)} />
        </span>
      </div>
      <Declined {...{ intent }} />
      <HolderHasToAct {...{ intent }} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card
          title="What happened"
          aside={
            <Link
              to="/events"
              search={{ related: intent.id }}
              className="text-sm font-medium text-accent hover:underline"
            >
              Its events
            </Link>
          }
        >
          <Timeline moments={momentsOf(story)} story={story} />
        </Card>
        <div className="grid gap-4">
          <Card title="Payment">
            <Facts facts={factsOf(story)} />
          </Card>
          <MetadataCard of={intent} />
        </div>
      </div>
    </>
  )
}

/** /dashboard/payments/:id */
export const PaymentPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/payments/$id' })
  const asked = useQuery(payment(mode, id))
  const story = asked.data
  return (
    <div className="grid gap-4">
      <title>{`${story ? moneyText(story.intent.amount, story.intent.currency) : id} · ${mode} · Micro`}</title>
      <Back to="/payments">Payments</Back>
      <Answered asked={asked} label="the payment" rows={9}>
        {(told) => <Told story={told} />}
      </Answered>
    </div>
  )
}
