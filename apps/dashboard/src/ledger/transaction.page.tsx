import type { LedgerHold, LedgerTransaction } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { kindText, paymentOf } from './belongs.ts'
import { columnsOf } from './columns.ts'
import { Drawing } from './drawing.tsx'
import { transaction as transactionSeen, type TransactionSeen } from './ledger.data.ts'
import { HoldActs } from './holds/hold-acts.tsx'
import { BackTo, TransactionLink } from './parts.tsx'
import { ReverseButton } from './reverse-button.tsx'

type Fact = readonly [name: string, value: ReactNode]

const PaymentLink = ({ id }: { id: string }) => (
  <Link to="/payments/$id" params={{ id }} className="break-all text-accent hover:underline">
    {id}
  </Link>
)

const holdStatus = {
  open: 'is open',
  captured: 'was captured',
  released: 'was released',
  expired: 'expired',
  dry_run: 'was only tried',
} as const

const holdFacts = ({ id, status, transaction, transactions, expires_at }: LedgerHold): Fact[] => [
  ['Hold', `${id} ${holdStatus[status]}`],
  ...(expires_at === null ? [] : [['Hold ends', <Time key="expires" at={expires_at} />] as const]),
  ['Held by', <TransactionLink key="made" id={transaction} />],
  ...transactions.map((each, at): Fact => [`Followed by ${at + 1}`, <TransactionLink key={each} id={each} />]),
]

/** What a transaction has to do with: its payment, the hold it is about, what it reverses or was reversed by. */
const belongsTo = ({ transaction, hold }: TransactionSeen): Fact[] => {
  const payment = paymentOf(transaction)
  const { reverses, reversed_by } = transaction
  return [
    ...(payment === undefined ? [] : [['Payment', <PaymentLink key="payment" id={payment} />] as const]),
    ...(reverses === null ? [] : [['Reverses', <TransactionLink key="reverses" id={reverses} />] as const]),
    ...(reversed_by === null ? [] : [['Reversed by', <TransactionLink key="reversed" id={reversed_by} />] as const]),
    ...(hold === undefined ? [] : holdFacts(hold)),
  ]
}

const factsOf = (transaction: LedgerTransaction): Fact[] => {
  const { id, reference_id, seq, hash, created, effective_at, booked_at, erased } = transaction
  return [
    ['Id', <Identifier key="id" {...{ id }} />],
    ['Reference', <Identifier key="reference" id={reference_id} />],
    ['Place in the book', `no. ${seq.toLocaleString()}`],
    ['Recorded', <Time key="created" at={created} />],
    ...(effective_at === created ? [] : [['Took effect', <Time key="effective" at={effective_at} />] as const]),
    ...(booked_at === null ? [] : [['Counts from', <Time key="booked" at={booked_at} />] as const]),
    ...(erased === null ? [] : [['Erased', erased.reason] as const]),
    [
      'Hash',
      <code key="hash" className="font-mono text-sm break-all">
        {hash}
      </code>,
    ],
  ]
}

const Seen = ({ seen }: { seen: TransactionSeen }) => {
  const { transaction, hold, scales } = seen
  const { description, kind, entries, metadata, reversed_by, reference_id } = transaction
  const related = belongsTo(seen)
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">{description ?? reference_id}</h1>
        <Badge tone="accent">{kindText(kind)}</Badge>
        {reversed_by !== null && <Badge tone="warn">Reversed</Badge>}
        <div className="flex flex-wrap items-center gap-2 sm:ml-auto">
          {kind === 'hold' && hold !== undefined && <HoldActs {...{ hold, scales }} />}
          <ReverseButton {...{ transaction, scales }} />
        </div>
      </div>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid grid-cols-1 gap-4">
          {columnsOf(entries, (currency) => scales[currency] ?? 0).map((columns) => (
            <Drawing key={`${columns.layer} ${columns.currency}`} {...{ columns }} />
          ))}
        </div>
        <div className="grid grid-cols-1 gap-4">
          {related.length > 0 && (
            <Card title="Belongs to">
              <Facts facts={related} />
            </Card>
          )}
          <Card title="Transaction">
            <Facts facts={factsOf(transaction)} />
          </Card>
          {Object.keys(metadata).length > 0 && (
            <Card title="Metadata">
              <Facts facts={Object.entries(metadata)} />
            </Card>
          )}
        </div>
      </div>
    </div>
  )
}

/** /dashboard/ledger/transactions/:id */
export const TransactionPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/ledger/transactions/$id' })
  const seen = useQuery(transactionSeen(mode, id))
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`${seen.data?.transaction.description ?? id} · ${mode} · Micro`}</title>
      <BackTo to="/ledger/transactions">Ledger transactions</BackTo>
      <Answered asked={seen} rows={9} label="the transaction">
        {(data) => <Seen seen={data} />}
      </Answered>
    </div>
  )
}
