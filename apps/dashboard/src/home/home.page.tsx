import type { Mode } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Card } from '../ui/card.tsx'
import { CurrencyLinks, PeriodLinks } from '../ui/choice-links.tsx'
import { Problem } from '../ui/problem.tsx'
import { periodTexts, type Period } from '../ui/period.ts'
import { noFigures } from './figures.ts'
import { FirstCommands } from './first-commands.tsx'
import { homeSearchIn, type HomeSearch } from './home-search.ts'
import { anyPayment, clockAhead, overview, type Overview } from './home.data.ts'
import { Figures } from './overview.tsx'
import { Ticker } from './ticker.tsx'

interface Asked {
  readonly mode: Mode
  readonly period: Period
  readonly search: HomeSearch
}

const Switches = ({ period, search, currencies }: Asked & { currencies: readonly string[] }) => (
  <div className="flex flex-wrap items-center gap-2">
    <PeriodLinks {...{ period }} linkTo={(each) => ({ to: '/', search: { ...search, period: each } })} />
    <CurrencyLinks
      currency={search.currency ?? currencies[0] ?? ''}
      {...{ currencies }}
      linkTo={(each) => ({ to: '/', search: { ...search, currency: each } })}
    />
  </div>
)

/** Where nothing happened in a period: whether nothing ever did is asked only then. */
const Nothing = ({ mode, period }: Pick<Asked, 'mode' | 'period'>) => {
  const any = useQuery(anyPayment(mode))
  return (
    <Answered asked={any} rows={6} label="figures">
      {(has) =>
        has ? (
          <Card title="No payments in this time">
            <p>
              Nothing was paid, given back or tried ({periodTexts[period].toLowerCase()}).{' '}
              {period !== '90d' && (
                <Link to="/" search={{ period: '90d' }} className="font-medium text-accent underline">
                  Look at 90 days
                </Link>
              )}
            </p>
          </Card>
        ) : (
          <FirstCommands {...{ mode }} />
        )
      }
    </Answered>
  )
}

const Seen = ({ asked, seen }: { asked: Asked; seen: Overview }) => {
  const { mode, period, search } = asked
  const [first] = seen.currencies
  if (first === undefined) return <Nothing {...{ mode, period }} />
  const { currency = first.currency } = search
  const figures = seen.currencies.find((each) => each.currency === currency) ?? noFigures(currency, seen.bounds)
  return (
    // What was of another currency is drawn anew.
    <Figures key={currency} overview={seen} {...{ mode, period, figures }} />
  )
}

/** /dashboard */
export const HomePage = () => {
  const mode = useMode()
  const search = useSearch({ from: '/inside/', select: (given) => homeSearchIn({ ...given }) })
  const { period = '30d' } = search
  const ahead = useQuery(clockAhead(mode))
  const seen = useQuery({
    ...overview(mode, { period, ahead: ahead.data ?? 0 }),
    enabled: ahead.data !== undefined,
    // Another period of the same mode; never money of the other one.
    placeholderData: (shown) => (shown?.mode === mode ? shown : undefined),
  })
  const asked = { mode, period, search }
  const currencies = seen.data?.currencies.map(({ currency }) => currency) ?? []
  return (
    <div className="grid gap-4">
      <title>{`Home · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">Home</h1>
        <Switches {...asked} {...{ currencies }} />
      </div>
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          {ahead.error === null ? (
            <Answered asked={seen} rows={6} label="figures">
              {(data) => <Seen {...{ asked }} seen={data} />}
            </Answered>
          ) : (
            <Problem error={ahead.error} onAgain={() => void ahead.refetch()} />
          )}
        </div>
        <Ticker {...{ mode }} />
      </div>
    </div>
  )
}
