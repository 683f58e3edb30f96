import { expect, test } from 'vitest'
import { createColumns, rule } from './columns.ts'

const printed = (width?: number) => {
  const lines: string[] = []
  return {
    lines,
    terminal: { out: (line: string) => void lines.push(line), paint: (_: unknown, text: string) => text, width },
  }
}

test('numbers stand right, rules are as wide as their column, nothing trails', () => {
  const { lines, terminal } = printed()
  const columns = createColumns(terminal, [{ heading: 'NAME' }, { heading: 'SUM', right: true }, { heading: 'MORE' }])
  columns.print([
    ['long name', '5'],
    ['', rule],
    ['ä😀', '1,000', 'x'],
  ])
  expect(lines).toEqual(['NAME         SUM  MORE', 'long name      5', '           ─────', 'ä😀         1,000  x'])
})

test('rows that come later share the heading, and columns only grow', () => {
  const { lines, terminal } = printed()
  const columns = createColumns(terminal, [{ heading: 'A' }, { heading: 'B', right: true }])
  columns.print([['wide', '1']])
  columns.print([['w', '2']])
  columns.print([['w', '333']])
  expect(lines).toEqual(['A     B', 'wide  1', 'w     2', 'w     333'])
})

test('on a terminal a table keeps to the line: texts are cut short, then columns left out, and numbers are always whole', () => {
  const columns = [
    { heading: 'ID' },
    { heading: 'TEXT', cut: true },
    { heading: 'SUM', right: true },
    { heading: 'KIND', spare: 2 },
    { heading: 'DATE', spare: 1 },
  ]
  const row = ['id_1234567', 'a text of many words', '1,000,000', 'post', '2026-01-31']
  for (const [width, want] of [
    [undefined, 'id_1234567  a text of many words  1,000,000  post  2026-01-31'],
    [61, 'id_1234567  a text of many words  1,000,000  post  2026-01-31'],
    [60, 'id_1234567  a text of many wor…  1,000,000  post  2026-01-31'],
    [53, 'id_1234567  a text of m…  1,000,000  post  2026-01-31'],
    [52, 'id_1234567  a text of many words  1,000,000  post'],
    [48, 'id_1234567  a text of many wor…  1,000,000  post'],
    [36, 'id_1234567  a text of ma…  1,000,000'],
    [10, 'id_1234567  a text …  1,000,000'],
  ] as const) {
    const { lines, terminal } = printed(width)
    createColumns(terminal, columns).print([row])
    expect(lines[1]).toBe(want)
  }
})
