import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../e2e/harness.ts'

interface Row {
  readonly item: string
  readonly tests: readonly { readonly file: string; readonly title: string }[]
  readonly note: string
}

const cellsOf = (line: string): string[] => line.split('|').map((cell) => cell.trim())

const rows: readonly Row[] = readFileSync(join(root, 'docs/security.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| S'))
  .map((line) => {
    const [, item = '', , tests = '', note = ''] = cellsOf(line)
    return {
      item,
      note,
      tests: [...tests.matchAll(/\]\(\.\.\/([^)]+)\) › (.+?)(?=<br>|$)/g)].map(([, file = '', title = '']) => ({
        file,
        title,
      })),
    }
  })

/** Whether some line of the file has the title; `…` in it stands for what is filled in. */
const hasTitle = (file: string, title: string): boolean => {
  const pieces = title.split('…').map((piece) => piece.trim())
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .some((line) => {
      let at = 0
      return pieces.every((piece) => {
        const found = line.indexOf(piece, at)
        at = found + piece.length
        return found >= 0
      })
    })
}

test('every item from S01 to S56 has its line, in order', () => {
  const items = Array.from({ length: 56 }, (_, at) => `S${String(at + 1).padStart(2, '0')}`)
  expect(rows.map(({ item }) => item)).toEqual(items)
})

describe('a line of docs/security.md names tests that exist, or says why it has none', () => {
  for (const { item, tests, note } of rows)
    test(item, () => {
      for (const { file, title } of tests) {
        expect(existsSync(join(root, file)), file).toBe(true)
        expect(hasTitle(file, title), `${file} › ${title}`).toBe(true)
      }
      if (tests.length === 0) expect(note).toMatch(/^not applicable yet: .+$/)
    })
})
