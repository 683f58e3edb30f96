import type { ReactNode } from 'react'

// By the room that the table has, not by the screen. Written out, since the style sheet is made of what stands in the sources.
const shownFrom = {
  sm: 'hidden @lg:table-cell',
  md: 'hidden @2xl:table-cell',
  lg: 'hidden @3xl:table-cell',
  xl: 'hidden @5xl:table-cell',
} as const

export interface Column<T> {
  readonly name: string
  readonly of: (row: T) => ReactNode
  /** Amounts stand at the right, digit under digit. */
  readonly right?: boolean
  /** Left out where the table has less room. */
  readonly from?: keyof typeof shownFrom
  /** Cut where it would make the table too wide. */
  readonly cut?: boolean
}

const looksOf = <T,>({ right = false, from, cut = false }: Column<T>): string =>
  [
    'px-3 py-2.5 sm:px-4',
    right ? 'text-right whitespace-nowrap tabular-nums' : 'text-left',
    from === undefined ? '' : shownFrom[from],
    cut ? 'max-w-64 truncate' : '',
  ].join(' ')

/** Things of one kind, a line each. */
export const Table = <T extends { readonly id: string }>({
  caption,
  columns,
  rows,
}: {
  caption: string
  columns: readonly Column<T>[]
  rows: readonly T[]
}) => (
  <div className="@container overflow-x-auto">
    <table className="w-full">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-sm text-soft">
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" className={looksOf(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-t border-line hover:bg-sunken">
            {columns.map((column) => (
              <td key={column.name} className={looksOf(column)}>
                {column.of(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
