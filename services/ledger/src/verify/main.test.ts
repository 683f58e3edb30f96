import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@micro/postgres'
import { createCheckpointKeys } from '@micro/signing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  for (const id of ['cash', 'sales']) await ledger.account(merchant(), id)
  await ledger.record(merchant(), 'one', move(5, { from: 'cash', to: 'sales' }))
})
afterAll(() => ledger.close())

const verify = (env: Record<string, string>, ...args: string[]) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...args], { env, encoding: 'utf8' })

test('a sound ledger ends with 0, one that was tampered with with 1 and the place', async () => {
  const sound = verify({ DB_DSN: ledger.database.urls.app })
  expect([sound.status, sound.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^acct_a test: 1 transactions, head seq 1, hash [0-9a-f]{64}\nLedger verified: 1 book, 1 transaction, 2 entries\n$/,
    ),
  ])
  const superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  await superuser.sql`alter table ledger.accounts disable trigger user`
  await superuser.sql`update ledger.accounts set posted_credits = 6 where public_id = 'sales'`
  await superuser.close()
  const wrong = verify({ DB_DSN: ledger.database.urls.app })
  expect([wrong.status, wrong.stdout]).toEqual([
    1,
    expect.stringMatching(
      /Ledger IS WRONG: [^]*fold of its entries: first at lane \d+, book \d+, account sales, found 1 time\n$/,
    ),
  ])
})

for (const [name, env, code, want] of [
  ['no database', {}, 2, 'DB_DSN is missing'],
  ['a database that is not there', { DB_DSN: 'postgres://x@127.0.0.1:1/x' }, 1, 'The ledger cannot be verified: '],
] as const)
  test(`${name} ends with ${code} and a sentence`, () => {
    const { status, stderr } = verify(env)
    expect([status, stderr]).toEqual([code, expect.stringContaining(want)])
  })

describe('with a file of checkpoints', () => {
  const withFile = async (change: object, env: Record<string, string> = {}) => {
    const [head] = await ledger.database.owner.sql<{ hash: Buffer }>`select hash from ledger.transactions where seq = 1`
    const folder = await mkdtemp(join(tmpdir(), 'micro-verify-'))
    const path = join(folder, 'checkpoints.ndjson')
    const line = { merchant: 'acct_a', mode: 'test', seq: '1', hash: head?.hash.toString('hex'), ...change }
    await writeFile(path, `${JSON.stringify(line)}\n`)
    const { status, stdout, stderr } = verify({ DB_DSN: ledger.database.urls.app, ...env }, path)
    await rm(folder, { recursive: true })
    return { status, stdout, stderr }
  }

  test('a history that was rewritten, or is gone, is found out', async () => {
    for (const [change, place] of [
      [{ hash: 'ab'.repeat(32) }, 'seq 1'],
      [{ seq: '9' }, 'seq 9'],
      [{ merchant: 'acct_gone', seq: '4' }, 'book 0, seq 4'],
    ] as const) {
      const { status, stdout } = await withFile(change)
      expect([status, stdout]).toEqual([1, expect.stringContaining(`the one that was signed`)])
      expect(stdout).toContain(`${place}, found 1 time`)
    }
  })

  test('a history that was not changed agrees', async () => {
    // What the test above changed is found as before, and nothing more.
    const { status, stdout } = await withFile({})
    expect([status, stdout]).toEqual([1, expect.stringMatching(/2 entries\n {2}[^\n]*fold of its entries[^\n]*\n$/)])
  })

  test('that cannot be believed it is not compared', async () => {
    const keys = { MICRO_CHECKPOINT_KEYS: createCheckpointKeys(new Date(0)) }
    const { status, stderr } = await withFile({ token: 'x.y.z' }, keys)
    expect([status, stderr]).toEqual([1, expect.stringContaining('line 1 of the checkpoints has no token')])
  })
})
