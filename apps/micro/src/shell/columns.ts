import { fitColumns, gap } from './columns-fit.ts'
import type { Terminal } from './terminal.ts'

export interface Column {
  readonly heading: string
  /** Numbers stand right, so that their digits are below each other. */
  readonly right?: boolean
  /** Where a terminal is narrow its texts are cut short; below so many characters only once nothing is left to leave out. */
  readonly cut?: boolean | number
  /** Where that is not enough it is left out: 1 before 2. */
  readonly spare?: number
}

/** A cell that is a line as wide as its column. */
export const rule = Symbol('rule')

export type Cell = string | typeof rule

const wide = (text: string): number => [...text].length

const shortened = (text: string, width: number): string =>
  wide(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`

const aligned = (cell: Cell, width: number, right: boolean): string => {
  const text = cell === rule ? '─'.repeat(width) : shortened(cell, width)
  const space = ' '.repeat(Math.max(0, width - wide(text)))
  return right ? space + text : text + space
}

/**
 * A table that is printed some rows at a time, when not all of them are to be held: columns keep the width they have
 * and only ever grow. The heading comes with the first rows. On a terminal it keeps to the width of a line, as far as its
 * columns can do without; elsewhere it is whole.
 */
export const createColumns = (terminal: Pick<Terminal, 'out' | 'paint' | 'width'>, columns: readonly Column[]) => {
  const widths = columns.map(({ heading }) => wide(heading))
  let headed = false

  const lineOf = (cells: readonly Cell[], fitted: readonly (number | undefined)[]): string =>
    columns
      .flatMap(({ right }, at) => {
        const width = fitted[at]
        return width === undefined ? [] : [aligned(cells[at] ?? '', width, right === true)]
      })
      .join(' '.repeat(gap))
      .trimEnd()

  const widen = (rows: readonly (readonly Cell[])[]): void => {
    for (const row of rows)
      for (const [at, cell] of row.entries()) if (cell !== rule) widths[at] = Math.max(widths[at] ?? 0, wide(cell))
  }

  return {
    print(rows: readonly (readonly Cell[])[]): void {
      widen(rows)
      const fitted = terminal.width === undefined ? widths : fitColumns(columns, widths, terminal.width)
      const headings = columns.map(({ heading }) => heading)
      if (!headed) terminal.out(terminal.paint('dim', lineOf(headings, fitted)))
      headed = true
      for (const row of rows) terminal.out(lineOf(row, fitted))
    },
  }
}
