import { expect, test } from 'vitest'
import { createColumns } from '../shell/columns.ts'
import { keyColumns, rowOf, type Key } from './rows.ts'

const now = 1_700_000_000
const keyOf = (over: Partial<Key> = {}): Key => ({
  id: 'key_00SRSIVEKu6cW0MhbOYBCcMJ',
  object: 'api_key',
  type: 'secret',
  name: 'my shop',
  environment: 'test',
  scopes: ['*'],
  key: null,
  truncated_key: 'a1B2',
  created: now,
  last_used: now,
  expires: null,
  revoked: null,
  rolled_from: null,
  rolled_to: null,
  ...over,
})

const printed = (keys: readonly Key[], width?: number): string[] => {
  const lines: string[] = []
  const terminal = { out: (line: string) => void lines.push(line), paint: (_: unknown, text: string) => text, width }
  createColumns(terminal, keyColumns).print(keys.map((key) => rowOf(key, now)))
  return lines
}

const all = [
  keyOf(),
  keyOf({ name: 'the server of our shop, in the cellar', last_used: null }),
  keyOf({ type: 'restricted', scopes: ['ledger:read', 'events:read', 'payments:write'], expires: now + 86_400 }),
  keyOf({ rolled_to: 'key_00SRSIVEKu6cW0MhbOYBCcMK', expires: now + 86_400 }),
  keyOf({ revoked: now, environment: 'live' }),
  keyOf({ expires: now }),
]

test('on a terminal of 80 columns no line wraps, ids are whole, and what became of a key is told', () => {
  for (const keys of [all, ...all.map((key) => [key])])
    for (const line of printed(keys, 80)) expect([line, line.length <= 80]).toEqual([line, true])
  const lines = printed(all, 80)
  for (const line of lines.slice(1)) expect(line).toMatch(/^key_00SRSIVEKu6cW0MhbOYBCcMJ +(test|live) +…a1B2 /)
  expect(lines.slice(4).map((line) => line.split(/ {2,}/).at(-1))).toEqual([
    expect.stringMatching(/^rolled to key_/),
    'revoked 2023-11-14',
    'expired',
  ])
})

test('where nothing is restricted or ends, 80 columns also tell when each was last used', () => {
  const [heading, row] = printed([keyOf()], 80)
  expect(heading?.split(/ {2,}/)).toEqual(['ID', 'MODE', 'KEY', 'NAME', 'SCOPES', 'LAST USED', 'STATE'])
  expect(row).toMatch(/ my shop +all +2023-11-14$/)
})

test('elsewhere everything is there', () => {
  const lines = printed(all)
  expect(lines[0]?.split(/ {2,}/)).toEqual(keyColumns.map(({ heading }) => heading))
  expect(lines[3]).toMatch(/restricted +test .* ledger:read,events:read,payments:write +.* 2023-11-15 22:13 UTC$/)
  expect(lines[4]).toMatch(/rolled to key_00SRSIVEKu6cW0MhbOYBCcMK$/)
})
