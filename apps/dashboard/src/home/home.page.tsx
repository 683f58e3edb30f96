import type { Balance, Mode } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, type ReactNode } from 'react'
import { useMode } from '../mode/mode.ts'
import { Card } from '../ui/card.tsx'
import { moneyText } from '../ui/money.ts'
import { Problem } from '../ui/problem.tsx'
import { Skeleton } from '../ui/waiting.tsx'
import { figuresOf, successText, type Figures } from './figures.ts'
import { FirstCommands } from './first-commands.tsx'
import { balance, daysShown, recentPayments, type Recent } from './home.data.ts'
import { Ticker } from './ticker.tsx'

// It brings what draws it, which the first page need not wait for.
const VolumeChart = lazy(() =>
  import('./volume-chart.tsx').then(({ VolumeChart: component }) => ({ default: component })),
)

const Tile = ({ name, children, note }: { name: string; children: ReactNode; note?: string }) => (
  <Card>
    <h2 className="text-sm text-soft">{name}</h2>
    <div className="text-2xl font-semibold break-words tabular-nums">{children}</div>
    {note !== undefined && <p className="text-sm text-soft">{note}</p>}
  </Card>
)

/** One amount for each currency, a line each. */
const Amounts = ({ amounts }: { amounts: readonly { amount: number; currency: string }[] }) => (
  <>
    {amounts.length === 0 && '—'}
    {amounts.map(({ amount, currency }, at) => (
      <span key={currency} className={at === 0 ? 'block' : 'block text-base'}>
        {moneyText(amount, currency)}
      </span>
    ))}
  </>
)

const Tiles = ({ figures, owned }: { figures: readonly Figures[]; owned: Balance | undefined }) => {
  const paid = figures.reduce((sum, each) => sum + each.paid, 0)
  const failed = figures.reduce((sum, each) => sum + each.failed, 0)
  return (
    <div className="grid gap-4 sm:grid-cols-2 2xl:grid-cols-4">
      <Tile name="Volume" note={`paid in ${daysShown} days`}>
        <Amounts amounts={figures.map(({ volume, currency }) => ({ amount: volume, currency }))} />
      </Tile>
      <Tile name="Success rate" note={`${paid} paid, ${failed} declined`}>
        {successText({ paid, failed }) ?? '—'}
      </Tile>
      <Tile name="Balance, available" note="for payouts">
        <Amounts amounts={owned?.available ?? []} />
      </Tile>
      <Tile name="Balance, pending" note="not available yet">
        <Amounts amounts={owned?.pending ?? []} />
      </Tile>
    </div>
  )
}

const Overview = ({ mode, recent: { payments, more, now } }: { mode: Mode; recent: Recent }) => {
  const owned = useQuery(balance(mode))
  const figures = figuresOf(payments, { now, days: daysShown })
  return (
    <>
      <Tiles figures={figures} owned={owned.data} />
      {owned.error !== null && <Problem error={owned.error} onAgain={() => void owned.refetch()} />}
      {figures.map((each) => (
        <Card key={each.currency} title={`Volume by day, ${each.currency.toUpperCase()}`}>
          <Suspense fallback={<Skeleton rows={5} label="the chart" />}>
            <VolumeChart figures={each} />
          </Suspense>
        </Card>
      ))}
      {more && (
        <p className="text-sm text-soft">
          Of the newest {payments.length} payments: there are more than are read here.
        </p>
      )}
    </>
  )
}

/** /dashboard */
export const HomePage = () => {
  const mode = useMode()
  const { data: recent, error, refetch } = useQuery(recentPayments(mode))
  return (
    <div className="grid gap-4">
      <title>{`Home · ${mode} · Micro`}</title>
      <h1 className="text-2xl font-semibold">Home</h1>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          {recent === undefined ? (
            error === null ? (
              <Card>
                <Skeleton rows={6} label="figures" />
              </Card>
            ) : (
              <Problem error={error} onAgain={() => void refetch()} />
            )
          ) : recent.payments.length === 0 ? (
            <FirstCommands {...{ mode }} />
          ) : (
            <Overview {...{ mode, recent }} />
          )}
        </div>
        <Ticker {...{ mode }} />
      </div>
    </div>
  )
}
