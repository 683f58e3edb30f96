import type { Column } from './columns.ts'

/** What stands between two columns. */
export const gap = 2
/** So much of a text that may be cut short is always shown. */
const cutMin = 8
/** Rather than cut texts shorter than this, columns are left out: little can be told apart by less. */
const cutCommon = 12

const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width + gap, -gap)

/** Leaves columns out, the most dispensable first, until the others fit, cut short as far as they may be. */
const kept = (columns: readonly Column[], widths: readonly number[], limit: number): Set<number> => {
  const least = widths.map((width, at) => {
    const { cut = false } = columns[at] ?? {}
    return cut === false ? width : Math.min(width, cut === true ? cutCommon : cut)
  })
  const shown = new Set(widths.keys())
  const spares = [...shown]
    .filter((at) => columns[at]?.spare !== undefined)
    .toSorted((a, b) => (columns[a]?.spare ?? 0) - (columns[b]?.spare ?? 0))
  for (const at of spares) {
    if (sum([...shown].map((each) => least[each] ?? 0)) <= limit) break
    shown.delete(at)
  }
  return shown
}

/** The widths in which columns fit into a line, as far as they can: undefined for one that is left out. */
export const fitColumns = (
  columns: readonly Column[],
  widths: readonly number[],
  limit: number,
): (number | undefined)[] => {
  const shown = kept(columns, widths, limit)
  const fitted = widths.map((width, at) => (shown.has(at) ? width : undefined))
  const widestCut = (): number | undefined =>
    [...shown]
      .filter((at) => (columns[at]?.cut ?? false) !== false && (fitted[at] ?? 0) > cutMin)
      .toSorted((a, b) => (fitted[b] ?? 0) - (fitted[a] ?? 0))[0]
  for (let over = sum(fitted.filter((width) => width !== undefined)) - limit; over > 0; over--) {
    const at = widestCut()
    if (at === undefined) break
    fitted[at] = (fitted[at] ?? 0) - 1
  }
  return fitted
}
