import type { Mode } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { ChartCard } from '../ui/chart-card.tsx'
import { stretchName, type Period } from '../ui/period.ts'
import { Problem } from '../ui/problem.tsx'
import { chartsOf, owedChart, type CurrencyFigures } from './figures.ts'
import { balance, owedThen, type Overview } from './home.data.ts'
import { Numbers } from './numbers.tsx'
import { Tiles } from './tiles.tsx'

/** Figures of one currency, as numbers and drawn. */
export const Figures = ({
  mode,
  period,
  figures,
  overview: { bounds, now },
}: {
  mode: Mode
  period: Period
  figures: CurrencyFigures
  overview: Pick<Overview, 'bounds' | 'now'>
}) => {
  const { currency } = figures
  const each = stretchName(period)
  const owned = useQuery(balance(mode))
  const owed = useQuery(owedThen(mode, { currency, bounds }))
  const charts = useMemo(() => chartsOf(figures, { each, bounds, now }), [figures, each, bounds, now])
  const owedSpec = useMemo(
    () => owedChart(owed.data ?? [], currency, { each, bounds, now }),
    [owed.data, currency, each, bounds, now],
  )
  const code = currency.toUpperCase()
  return (
    <>
      <Tiles figures={figures} owned={owned.data} />
      {owned.error !== null && <Problem error={owned.error} onAgain={() => void owned.refetch()} />}
      <ChartCard title={`Volume, ${code}`} spec={charts.volume} height={200} />
      <div className="grid gap-4 lg:grid-cols-2">
        {owed.error === null ? (
          <ChartCard title={`Balance, ${code}`} spec={owedSpec} />
        ) : (
          <Problem error={owed.error} onAgain={() => void owed.refetch()} />
        )}
        <ChartCard title="Success rate, %" spec={charts.success} />
        <ChartCard title={`Refunds, ${code}`} spec={charts.refunds} />
        <ChartCard title={`Fees, ${code}`} spec={charts.fees} />
      </div>
      <Numbers {...{ figures, each }} />
    </>
  )
}
