import type { WebhookFigures } from '@micro/contracts'
import type { ChartSpec } from '../../ui/chart.ts'
import { stretchName, type Period } from '../../ui/period.ts'

type Series = WebhookFigures['series']

/** What came of requests, and how long they took, as charts. */
export const requestCharts = (series: Series, period: Period): { outcomes: ChartSpec; durations: ChartSpec } => {
  const each = stretchName(period)
  const axis = { from: series[0]?.from ?? 0, until: series.at(-1)?.until ?? 0, x: series.map(({ from }) => from) }
  const count = (of: 'delivered' | 'refused' | 'unanswered') => series.map((stretch) => stretch[of])
  const duration = (of: 'duration_ms_p50' | 'duration_ms_p95') => series.map((stretch) => stretch[of])
  return {
    outcomes: {
      ...axis,
      kind: 'bars',
      label: `Requests by what came of them, ${each} by ${each}`,
      lines: [
        { name: 'Delivered', colour: '--color-good', values: count('delivered') },
        { name: 'Refused', colour: '--color-bad', values: count('refused') },
        { name: 'No answer', colour: '--color-warn', values: count('unanswered') },
      ],
    },
    durations: {
      ...axis,
      kind: 'lines',
      // In the middle of the time that they are of.
      x: series.map(({ from, until }) => (from + until) / 2),
      label: `Milliseconds until an answer, ${each} by ${each}`,
      lines: [
        { name: 'Half took up to', colour: '--color-accent', values: duration('duration_ms_p50') },
        { name: '95 % took up to', colour: '--color-soft', values: duration('duration_ms_p95') },
      ],
    },
  }
}

/** How much of what was asked did not get through: "12 %"; undefined while nothing was. */
export const failureText = ({
  delivered,
  refused,
  unanswered,
}: Pick<WebhookFigures, 'delivered' | 'refused' | 'unanswered'>): string | undefined => {
  const [failed, all] = [refused + unanswered, delivered + refused + unanswered]
  if (all === 0) return undefined
  // Never rounded down to none.
  return `${Math.ceil((failed * 100) / all)} %`
}
