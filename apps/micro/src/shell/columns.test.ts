import { expect, test } from 'vitest'
import { createColumns, rule } from './columns.ts'

const printed = () => {
  const lines: string[] = []
  return {
    lines,
    terminal: { out: (line: string) => void lines.push(line), paint: (_: unknown, text: string) => text },
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
