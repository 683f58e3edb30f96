import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { decimalOf, moneyText } from '../ui/money.ts'
import type { Figures } from './figures.ts'

const height = 220
const compact = new Intl.NumberFormat(undefined, { notation: 'compact' })

/** A colour of the page, as it looks now: a canvas knows no names of colours. */
const colourIn = (place: HTMLElement, name: string): string => {
  place.style.color = `var(${name})`
  const { color } = getComputedStyle(place)
  place.style.color = ''
  return color
}

const draw = (place: HTMLElement, { currency, days }: Figures): uPlot => {
  const [soft, line, accent] = ['--color-soft', '--color-line', '--color-accent'].map((name) => colourIn(place, name))
  const axis = { stroke: soft ?? '', grid: { stroke: line ?? '', width: 1 }, ticks: { show: false } }
  const bars = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.15 })
  const options: uPlot.Options = {
    width: place.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.6, max + 0.6] },
      y: { range: (_, __, max) => [0, max || 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        size: 30,
        values: (_, splits) => splits.map((at) => days[at]?.day.slice(5) ?? ''),
      },
      { ...axis, size: 60, values: (_, splits) => splits.map((value) => compact.format(value)) },
    ],
    series: [
      {},
      { fill: accent ?? '', stroke: accent ?? '', width: 0, ...(bars ? { paths: bars } : {}), points: { show: false } },
    ],
  }
  const values = days.map(({ volume }) => Number(decimalOf(volume, currency)))
  return new uPlot(options, [days.map((_, at) => at), values], place)
}

/** What was paid on each day, as bars; the same is said in words to whoever cannot see them. */
export const VolumeChart = ({ figures }: { figures: Figures }) => {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = ref.current
    if (place === null) return
    let chart = draw(place, figures)
    const again = (): void => {
      chart.destroy()
      chart = draw(place, figures)
    }
    const size = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height }))
    size.observe(place)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', again)
    const theme = new MutationObserver(again)
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      size.disconnect()
      dark.removeEventListener('change', again)
      theme.disconnect()
      chart.destroy()
    }
  }, [figures])
  const said = figures.days
    .filter(({ volume }) => volume > 0)
    .map(({ day, volume }) => `${day}: ${moneyText(volume, figures.currency)}`)
  return <div ref={ref} role="img" aria-label={`Paid by day. ${said.join('; ')}`} className="min-h-[220px] w-full" />
}
