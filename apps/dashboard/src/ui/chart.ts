/** What a chart draws, as numbers; how it is drawn is `chart.tsx`. */
export interface ChartLine {
  readonly name: string
  /** A colour of the page. */
  readonly colour: '--color-accent' | '--color-good' | '--color-bad' | '--color-warn' | '--color-soft'
  /** One for each `x`; null where there is none. */
  readonly values: readonly (number | null)[]
}

export interface ChartSpec {
  /** What it shows, for whoever cannot see it: the same numbers stand in a table. */
  readonly label: string
  /** In seconds: of bars the beginning of each stretch, of lines a moment. */
  readonly x: readonly number[]
  /** Where the axis begins and ends, in seconds. */
  readonly from: number
  readonly until: number
  readonly kind: 'bars' | 'lines'
  /** Bars are piled up, the first at the bottom. */
  readonly lines: readonly ChartLine[]
  /** The end of the other axis, where it is not that of the largest value. */
  readonly max?: number
}

/** The tops of bars that are piled up, the whole pile first, so that what is drawn later stands in front of it. */
export const piled = (lines: readonly ChartLine[]): ChartLine[] =>
  lines
    .map((line, at) => ({
      ...line,
      values: line.values.map((_, place) =>
        lines.slice(0, at + 1).reduce((sum, { values }) => sum + (values[place] ?? 0), 0),
      ),
    }))
    .toReversed()

/** The ends of an axis of values: 0 is always on it, and there is room above the highest. */
export const rangeOf = (min: number | null, max: number | null, end?: number): [number, number] => {
  const [low, high] = [Math.min(0, min ?? 0), end ?? Math.max(0, max ?? 0)]
  const room = end === undefined ? (high - low) * 0.08 : 0
  return [low < 0 ? low - room : 0, high + room || 1]
}
