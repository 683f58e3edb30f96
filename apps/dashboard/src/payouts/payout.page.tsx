import type { BalanceTransaction, Payout } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act/use-act.ts'
import { balanceColumns } from '../balance/balance-columns.tsx'
import { useMode } from '../mode/mode.ts'
import { ActDialog } from '../payments/act-dialog.tsx'
import { Answered } from '../ui/answered.tsx'
import { Back } from '../ui/back.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { moneyText } from '../ui/money.ts'
import { Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { isCancelable, payoutState } from './payout-state.ts'
import { cancelPayout, onePayout } from './payouts.data.ts'

const Cancel = ({ payout: { id, amount, currency }, onClose }: { payout: Payout; onClose: () => void }) => {
  const doing = useAct('cancel', (act) => cancelPayout(act, id), onClose)
  return (
    <ActDialog title="Cancel this payout?" verb="Cancel the payout" look="danger" {...{ doing, onClose }}>
      <p>The bank gets nothing, and the {moneyText(amount, currency)} are available again.</p>
    </ActDialog>
  )
}

const factsOf = ({ id, automatic, destination, description, created, arrival_date, ...payout }: Payout) =>
  [
    ['Id', <Identifier key="id" {...{ id }} />],
    ['Made', automatic ? 'by the processor, by its own schedule' : 'by you'],
    ['To', destination ?? 'the bank account of this merchant'],
    ['Description', description ?? '—'],
    ['Created', <Time key="created" at={created} />],
    [payout.status === 'paid' ? 'Arrived' : 'Arrives', <Time key="arrives" at={arrival_date} />],
  ] as const

const Told = ({ payout, transactions }: { payout: Payout; transactions: readonly BalanceTransaction[] }) => {
  const [asked, setAsked] = useState(false)
  const { text, tone, means } = payoutState(payout.status)
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="text-2xl font-semibold tabular-nums">Payout of {moneyText(payout.amount, payout.currency)}</h1>
        <Badge {...{ tone }}>{text}</Badge>
        {isCancelable(payout) && (
          <span className="ml-auto">
            <Button onClick={() => setAsked(true)}>Cancel</Button>
          </span>
        )}
      </div>
      <p className={`rounded-lg p-3 ${payout.status === 'failed' ? 'bg-bad-wash' : 'bg-sunken'}`}>
        {means} {payout.failure_message}
      </p>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card title="What it did to the balance" flush>
          {transactions.length === 0 ? (
            <p className="px-4 pt-1 pb-4 text-soft">Nothing yet: it is booked within moments.</p>
          ) : (
            <Table
              caption="What the payout took from the balance, and what came back"
              columns={balanceColumns.filter(({ name }) => name !== 'Of')}
              rows={transactions}
            />
          )}
          <p className="flex flex-wrap gap-x-6 gap-y-1 border-t border-line px-4 py-2.5 text-sm">
            <Link
              to="/ledger/transactions"
              search={{ reference_id: `micro:payout:${payout.id}` }}
              className="font-medium text-accent hover:underline"
            >
              See it in the ledger
            </Link>
            <Link to="/events" search={{ related: payout.id }} className="font-medium text-accent hover:underline">
              All that was told of it
            </Link>
          </p>
        </Card>
        <Card title="Payout">
          <Facts facts={factsOf(payout)} />
        </Card>
      </div>
      {asked && <Cancel {...{ payout }} onClose={() => setAsked(false)} />}
    </>
  )
}

/** /dashboard/payouts/:id */
export const PayoutPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/payouts/$id' })
  const payout = useQuery(onePayout(mode, id))
  return (
    <div className="grid gap-4">
      <title>{`Payout ${id} · ${mode} · Micro`}</title>
      <Back to="/payouts">Payouts</Back>
      <Answered asked={payout} label="the payout" rows={9}>
        {(told) => <Told {...told} />}
      </Answered>
    </div>
  )
}
