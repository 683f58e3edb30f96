import type { Terminal } from './terminal.ts'

export interface Column {
  readonly heading: string
  /** Numbers stand right, so that their digits are below each other. */
  readonly right?: boolean
}

/** A cell that is a line as wide as its column. */
export const rule = Symbol('rule')

export type Cell = string | typeof rule

const wide = (text: string): number => [...text].length

const aligned = (cell: Cell, width: number, right: boolean): string => {
  const text = cell === rule ? '─'.repeat(width) : cell
  const space = ' '.repeat(Math.max(0, width - wide(text)))
  return right ? space + text : text + space
}

/**
 * A table that is printed some rows at a time, when not all of them are to be held: columns keep the width they have
 * and only ever grow. The heading comes with the first rows.
 */
export const createColumns = (terminal: Pick<Terminal, 'out' | 'paint'>, columns: readonly Column[]) => {
  const widths = columns.map(({ heading }) => wide(heading))
  let headed = false

  const lineOf = (cells: readonly Cell[]): string =>
    columns
      .map(({ right }, at) => aligned(cells[at] ?? '', widths[at] ?? 0, right === true))
      .join('  ')
      .trimEnd()

  const fit = (rows: readonly (readonly Cell[])[]): void => {
    for (const row of rows)
      for (const [at, cell] of row.entries()) if (cell !== rule) widths[at] = Math.max(widths[at] ?? 0, wide(cell))
  }

  return {
    print(rows: readonly (readonly Cell[])[]): void {
      fit(rows)
      if (!headed) terminal.out(terminal.paint('dim', lineOf(columns.map(({ heading }) => heading))))
      headed = true
      for (const row of rows) terminal.out(lineOf(row))
    },
  }
}
