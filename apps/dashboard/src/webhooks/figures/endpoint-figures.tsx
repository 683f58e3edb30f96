import type { WebhookFigures } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useMode } from '../../mode/mode.ts'
import { Answered } from '../../ui/answered.tsx'
import { Card, Facts } from '../../ui/card.tsx'
import { ChartCard } from '../../ui/chart-card.tsx'
import { PeriodLinks } from '../../ui/choice-links.tsx'
import type { Period } from '../../ui/period.ts'
import { deliveryFiltersIn } from '../delivery-filters.ts'
import { endpointFigures } from '../webhooks.data.ts'
import { failureText, requestCharts } from './charts.ts'

const factsOf = (figures: WebhookFigures) => {
  const { delivered, refused, unanswered, duration_ms_p50: half, duration_ms_p95: most } = figures
  return [
    ['Failed', failureText(figures) ?? '—'],
    ['Delivered', delivered.toLocaleString()],
    ['Refused', `${refused.toLocaleString()}: answered, but with no success`],
    ['No answer', unanswered.toLocaleString()],
    ['Answers took', half === null || most === null ? '—' : `half up to ${half} ms, 95 % up to ${most} ms`],
  ] as const
}

const Drawn = ({ figures, period }: { figures: WebhookFigures; period: Period }) => {
  const { series } = figures
  const { outcomes, durations } = useMemo(() => requestCharts(series, period), [series, period])
  return (
    <>
      <Card title="Requests">
        <Facts facts={factsOf(figures)} />
      </Card>
      <div className="grid gap-4 lg:grid-cols-2">
        <ChartCard title="By what came of them" spec={outcomes} height={150} />
        <ChartCard title="Milliseconds" spec={durations} height={150} />
      </div>
    </>
  )
}

/** How often requests to an endpoint failed over a period, and how long they took. */
export const EndpointFigures = ({ endpoint }: { endpoint: string }) => {
  const filters = useSearch({ from: '/inside/webhooks/$id', select: (given) => deliveryFiltersIn({ ...given }) })
  const { period = '7d' } = filters
  const asked = useQuery(endpointFigures(useMode(), endpoint, period))
  return (
    <section aria-label="Figures" className="grid min-w-0 gap-4">
      <div className="flex">
        <PeriodLinks
          {...{ period }}
          linkTo={(each) => ({ to: '/webhooks/$id', params: { id: endpoint }, search: { ...filters, period: each } })}
        />
      </div>
      <Answered {...{ asked }} rows={4} label="figures">
        {(figures) => <Drawn {...{ figures, period }} />}
      </Answered>
    </section>
  )
}
