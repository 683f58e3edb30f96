import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { piled, rangeOf, type ChartSpec } from './chart.ts'
import { axisMoment } from './moment.ts'

const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 2 })

/** A colour of the page, as it looks now: a canvas knows no names of colours. */
const colourIn = (place: HTMLElement, name: string): string => {
  place.style.color = `var(${name})`
  const { color } = getComputedStyle(place)
  place.style.color = ''
  return color
}

const linesOf = (place: HTMLElement, { kind, lines }: ChartSpec): uPlot.Series[] =>
  (kind === 'bars' ? piled(lines) : lines).map(({ colour }) => {
    const colourNow = colourIn(place, colour)
    // Where there is room each value has a dot: one that stands alone has no line.
    if (kind === 'lines') return { stroke: colourNow, width: 2, points: { size: 6, fill: colourNow }, spanGaps: true }
    const bars = uPlot.paths.bars?.({ size: [0.8, 60], align: 1 })
    return { fill: colourNow, stroke: colourNow, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) }
  })

const draw = (place: HTMLElement, spec: ChartSpec, height: number): uPlot => {
  const { x, from, until, kind, lines, max: end } = spec
  const [soft, line] = [colourIn(place, '--color-soft'), colourIn(place, '--color-line')]
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: '12px system-ui' }
  const options: uPlot.Options = {
    width: place.clientWidth,
    height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: [from, until] }, y: { range: (_, min, max) => rangeOf(min, max, end) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 28,
        values: (_, splits) => splits.map((at) => (at < until ? axisMoment(at, until - from) : '')),
      },
      { ...axis, size: 52, space: 36, values: (_, splits) => splits.map((value) => compact.format(value)) },
    ],
    series: [{}, ...linesOf(place, spec)],
  }
  const drawn = kind === 'bars' ? piled(lines) : lines
  return new uPlot(options, [[...x], ...drawn.map(({ values }) => [...values])], place)
}

/** Draws it, and anew when the page gets another width or other colours. */
export const Chart = ({ spec, height = 180 }: { spec: ChartSpec; height?: number }) => {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const place = ref.current
    if (place === null) return
    let chart = draw(place, spec, height)
    const again = (): void => {
      chart.destroy()
      chart = draw(place, spec, height)
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
  }, [spec, height])
  return <div ref={ref} role="img" aria-label={spec.label} className="w-full" />
}
