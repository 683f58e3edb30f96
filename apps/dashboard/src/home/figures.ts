import type { PaymentFigures } from '@micro/contracts'
import type { ChartSpec } from '../ui/chart.ts'
import { decimalOf } from '../ui/money.ts'

export type CurrencyFigures = PaymentFigures['data'][number]
type Counts = Pick<CurrencyFigures, 'paid' | 'failed'>

/** Of those that somebody tried to pay, how many were paid: "75 %"; undefined while nobody tried. */
export const successText = ({ paid, failed }: Counts): string | undefined =>
  paid + failed === 0 ? undefined : `${Math.floor((paid * 100) / (paid + failed))} %`

const none = { volume: 0, refunds: 0, disputes: 0, fees: 0, net: 0, paid: 0, failed: 0 }

/** A currency in which nothing happened in the period that is looked at. */
export const noFigures = (currency: string, bounds: readonly number[]): CurrencyFigures => ({
  currency,
  ...none,
  series: bounds.slice(1).map((until, at) => ({ from: bounds[at] ?? 0, until, ...none })),
})

/** Axes count in whole units of the currency, as people do. */
const unitsOf = (amount: bigint | number, currency: string): number => Number(decimalOf(amount, currency))

interface Shown {
  /** What a stretch is: "hour" or "day". */
  readonly each: string
  readonly bounds: readonly number[]
  readonly now: number
}

const axisOf = ({ bounds }: Shown) => ({ from: bounds[0] ?? 0, until: bounds.at(-1) ?? 0 })

/** Charts of what payments came to, stretch by stretch. */
export const chartsOf = ({ currency, series }: CurrencyFigures, shown: Shown) => {
  const code = currency.toUpperCase()
  const bars = { ...axisOf(shown), x: series.map(({ from }) => from), kind: 'bars' } as const
  const amounts = (
    name: string,
    colour: '--color-accent' | '--color-warn' | '--color-bad',
    of: 'volume' | 'refunds' | 'fees',
  ) =>
    ({
      ...bars,
      label: `${name} in ${code}, ${shown.each} by ${shown.each}`,
      lines: [{ name, colour, values: series.map((each) => unitsOf(each[of], currency)) }],
    }) satisfies ChartSpec
  const success: ChartSpec = {
    ...bars,
    label: `Success rate in percent, ${shown.each} by ${shown.each}`,
    max: 100,
    lines: [
      {
        name: 'Success rate',
        colour: '--color-good',
        values: series.map(({ paid, failed }) => (paid + failed === 0 ? null : (paid * 100) / (paid + failed))),
      },
    ],
  }
  return {
    volume: amounts('Volume', '--color-accent', 'volume'),
    refunds: amounts('Refunds', '--color-bad', 'refunds'),
    fees: amounts('Fees', '--color-warn', 'fees'),
    success,
  }
}

/** What the merchant was owed at the ends of stretches; of one that has not ended, what it is owed now. */
export const owedChart = (
  owed: readonly { readonly balance_str: string }[],
  currency: string,
  shown: Shown,
): ChartSpec => {
  const { bounds, now } = shown
  const last = bounds.findIndex((bound) => bound >= now)
  const upToNow = bounds.slice(0, last < 0 ? bounds.length : last + 1)
  return {
    ...axisOf(shown),
    label: `Balance in ${currency.toUpperCase()}, ${shown.each} by ${shown.each}`,
    kind: 'lines',
    x: upToNow.map((bound) => Math.min(bound, now)),
    lines: [
      {
        name: 'Balance',
        colour: '--color-accent',
        values: upToNow.map((_, at) => unitsOf(BigInt(owed[at]?.balance_str ?? '0'), currency)),
      },
    ],
  }
}
