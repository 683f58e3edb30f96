import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { exportOf } from './import.fixture.ts'

let ledger: Ledger
let file: string
beforeAll(async () => {
  ledger = await startLedger()
  for (const id of ['cash', 'sales']) await ledger.account(merchant(), id)
  await ledger.record(merchant(), 'one', move(5, { from: 'cash', to: 'sales' }))
  file = join(tmpdir(), `micro-import-${process.pid}.ndjson`)
  writeFileSync(file, await exportOf(ledger, merchant()))
})
afterAll(async () => {
  rmSync(file, { force: true })
  await ledger.close()
})

const run = (args: readonly string[], env: Record<string, string>, input?: string) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], {
    env,
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  })
const owner = () => ({ DB_DSN: ledger.database.urls.app, MIGRATE_DSN: ledger.database.urls.owner })
const to = (name: string): string[] => ['--merchant', name, '--mode', 'test']

test('a whole file ends with 0 and the new head, also from standard input; a second time it ends with 1', async () => {
  const first = run([file, ...to('acct_b')], owner())
  expect([first.status, first.stdout, first.stderr]).toEqual([
    0,
    expect.stringMatching(
      /^acct_b test, which was the book of acct_a: 0 assets, 2 accounts, 1 transactions, 0 periods, head seq 1, hash [0-9a-f]{64}\n$/,
    ),
    '',
  ])
  const piped = run(['-', ...to('acct_c')], owner(), await exportOf(ledger, merchant()))
  expect(piped.status).toBe(0)
  const again = run([file, ...to('acct_b')], owner())
  expect([again.status, again.stderr]).toEqual([
    1,
    'Nothing was imported: line 1: acct_b has a test ledger already: a book is imported where there is none\n',
  ])
})

test('without a merchant it ends with 2 and a sentence', () => {
  const { status, stderr } = run(['-', '--mode', 'test'], owner(), '')
  expect([status, stderr]).toEqual([2, expect.stringContaining('--merchant must be')])
})
