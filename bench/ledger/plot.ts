// A picture of the rates: one panel for each scenario of each stage, both axes in powers.
import type { StageResult } from './result.ts'
import type { Way } from './row.ts'
import type { Summary } from './summary.ts'

const panel = { width: 460, height: 300, left: 64, right: 16, top: 36, bottom: 44 } as const
const inner = {
  width: panel.width - panel.left - panel.right,
  height: panel.height - panel.top - panel.bottom,
} as const
const callerMarks = [1, 4, 16, 64, 256, 1024, 4096]

const colours: Readonly<Record<Way, string>> = {
  naive: '#9a3412',
  function: '#ca8a04',
  engine: '#1d4ed8',
  raw: '#6b7280',
  http: '#15803d',
}

interface Scale {
  readonly x: (callers: number) => number
  readonly y: (perSecond: number) => number
  /** Powers of ten between which every rate lies. */
  readonly decades: readonly number[]
}

const scaleOf = (summaries: readonly Summary[]): Scale => {
  const rates = summaries.map(({ medians }) => medians.perSecond)
  const callersMax = Math.max(...callerMarks, ...summaries.map(({ callers }) => callers))
  const low = Math.floor(Math.log10(Math.min(...rates)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...rates))))
  return {
    x: (callers) => panel.left + (Math.log2(callers) / Math.log2(callersMax)) * inner.width,
    y: (perSecond) => panel.top + inner.height * (1 - (Math.log10(perSecond) - low) / (high - low)),
    decades: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)),
  }
}

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${content}</text>`

const line = (x1: number, y1: number, x2: number, y2: number, more: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" ${more}/>`

const axes = ({ x, y, decades }: Scale): string[] => {
  const right = panel.left + inner.width
  const bottom = panel.top + inner.height
  return [
    ...decades.flatMap((decade) => [
      line(panel.left, y(decade), right, y(decade), 'stroke="#e5e7eb"'),
      text(panel.left - 6, y(decade) + 4, decade.toLocaleString('en'), 'text-anchor="end"'),
    ]),
    ...callerMarks.map((callers) => text(x(callers), bottom + 16, String(callers), 'text-anchor="middle"')),
    text(panel.left + inner.width / 2, bottom + 34, 'callers', 'text-anchor="middle"'),
  ]
}

const curve = (way: Way, summaries: readonly Summary[], { x, y }: Scale): string[] => {
  const [first] = summaries
  if (first === undefined) return []
  const colour = colours[way]
  const right = panel.left + inner.width
  // Batches of one caller stand for a limit and not for a number of callers.
  if (first.size > 1) {
    const at = y(first.medians.perSecond)
    return [
      line(panel.left, at, right, at, `stroke="${colour}" stroke-dasharray="4 3"`),
      text(panel.left + 4, at - 4, way, `fill="${colour}"`),
    ]
  }
  const points = summaries.map(({ callers, medians }) => [x(callers), y(medians.perSecond)] as const)
  const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ')
  const [lastX, lastY] = points.at(-1) ?? [0, 0]
  const beyond = lastX > right - 50
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${colour}"/>`),
    text(
      lastX + (beyond ? 0 : 6),
      lastY + (beyond ? 16 : 4),
      way,
      `fill="${colour}" text-anchor="${beyond ? 'end' : 'start'}"`,
    ),
  ]
}

const panelOf = (title: string, summaries: readonly Summary[]): string[] => {
  const scale = scaleOf(summaries)
  const ways = [...new Set(summaries.map(({ way }) => way))]
  return [
    text(panel.left, 20, title, 'font-weight="bold"'),
    ...axes(scale),
    ...ways.flatMap((way) =>
      curve(
        way,
        summaries.filter((each) => each.way === way),
        scale,
      ),
    ),
  ]
}

/** The whole file: transactions per second over callers, medians. */
export const plot = (stages: readonly StageResult[]): string => {
  const panels = stages.flatMap(({ title, summaries }) =>
    [...new Set(summaries.map(({ scenario }) => scenario))].map((scenario) =>
      panelOf(
        `${scenario}, ${title}`,
        summaries.filter((each) => each.scenario === scenario),
      ),
    ),
  )
  const columns = Math.min(2, panels.length)
  const [width, height] = [columns * panel.width, Math.ceil(panels.length / columns) * panel.height]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<title>Ledger transactions per second</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...panels.flatMap((parts, at) => [
      `<g transform="translate(${(at % columns) * panel.width} ${Math.floor(at / columns) * panel.height})">`,
      ...parts,
      '</g>',
    ]),
    '</svg>\n',
  ].join('\n')
}
