import type { Dispute } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { balanceColumns } from '../balance/balance-columns.tsx'
import { useMode } from '../mode/mode.ts'
import { ObjectLink } from '../shell/object-link.tsx'
import { Answered } from '../ui/answered.tsx'
import { Back } from '../ui/back.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { moneyText } from '../ui/money.ts'
import { Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { disputeState, isOpen, reasonText } from './dispute-state.ts'
import { oneDispute } from './disputes.data.ts'
import { Due } from './due.tsx'
import { EvidenceForm, EvidenceSent } from './evidence-form.tsx'

const factsOf = ({ id, charge, payment_intent, reason, created, evidence_details }: Dispute) =>
  [
    ['Id', <Identifier key="id" {...{ id }} />],
    ['Payment', typeof payment_intent === 'string' ? <ObjectLink key="payment" id={payment_intent} /> : '—'],
    ['Charge', typeof charge === 'string' ? <Identifier key="charge" id={charge} /> : '—'],
    ['Reason', `${reasonText(reason)} (${reason})`],
    ['Created', <Time key="created" at={created} />],
    ...(evidence_details.due_by === null
      ? []
      : [['Answer by', <Time key="due" at={evidence_details.due_by} />] as const]),
    ['Handed in', evidence_details.submission_count > 0 ? 'yes' : 'not yet'],
  ] as const

const Moved = ({ dispute: { id, balance_transactions } }: { dispute: Dispute }) => (
  <Card title="What moved in money" flush>
    {balance_transactions.length === 0 ? (
      <p className="px-4 pt-1 pb-4 text-soft">Nothing: a question of the bank moves no money.</p>
    ) : (
      <Table
        caption="What the dispute took from the balance, and what came back"
        columns={balanceColumns.filter(({ name }) => name !== 'Of')}
        rows={balance_transactions}
      />
    )}
    <p className="border-t border-line px-4 py-2.5 text-sm">
      <Link to="/events" search={{ related: id }} className="font-medium text-accent hover:underline">
        All that was told of it
      </Link>
    </p>
  </Card>
)

const Told = ({ dispute }: { dispute: Dispute }) => {
  const { text, tone, means } = disputeState(dispute.status)
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-2xl font-semibold tabular-nums">
          Dispute of {moneyText(dispute.amount, dispute.currency)}
        </h1>
        <Badge {...{ tone }}>{text}</Badge>
        <Due {...{ dispute }} />
      </div>
      <p className={`rounded-lg p-3 ${isOpen(dispute) ? 'bg-warn-wash' : 'bg-sunken'}`}>{means}</p>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-4">
          {isOpen(dispute) ? <EvidenceForm {...{ dispute }} /> : <EvidenceSent {...{ dispute }} />}
          <Moved {...{ dispute }} />
        </div>
        <Card title="Dispute">
          <Facts facts={factsOf(dispute)} />
        </Card>
      </div>
    </>
  )
}

/** /dashboard/disputes/:id */
export const DisputePage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/disputes/$id' })
  const dispute = useQuery(oneDispute(mode, id))
  return (
    <div className="grid gap-4">
      <title>{`Dispute ${id} · ${mode} · Micro`}</title>
      <Back to="/disputes">Disputes</Back>
      <Answered asked={dispute} label="the dispute" rows={9}>
        {(told) => <Told dispute={told} />}
      </Answered>
    </div>
  )
}
