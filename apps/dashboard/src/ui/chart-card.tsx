import { lazy, Suspense } from 'react'
import { Card } from './card.tsx'
import type { ChartSpec } from './chart.ts'
import { Skeleton } from './waiting.tsx'

// It brings what draws it, which no page need wait for.
const Chart = lazy(() => import('./chart.tsx').then(({ Chart: component }) => ({ default: component })))

const dots = {
  '--color-accent': 'bg-accent',
  '--color-good': 'bg-good',
  '--color-bad': 'bg-bad',
  '--color-warn': 'bg-warn',
  '--color-soft': 'bg-soft',
} as const

/** What the colours of a chart mean, where there are several. */
const Legend = ({ spec: { lines } }: { spec: ChartSpec }) =>
  lines.length < 2 ? null : (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm text-soft">
      {lines.map(({ name, colour }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span aria-hidden="true" className={`size-2.5 rounded-sm ${dots[colour]}`} />
          {name}
        </li>
      ))}
    </ul>
  )

/** A chart with its name over it. */
export const ChartCard = ({ title, spec, height }: { title: string; spec: ChartSpec; height?: number }) => (
  <Card title={title} aside={<Legend {...{ spec }} />}>
    <Suspense fallback={<Skeleton rows={5} label="the chart" />}>
      <Chart {...{ spec }} {...(height === undefined ? {} : { height })} />
    </Suspense>
  </Card>
)
