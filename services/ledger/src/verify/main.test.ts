import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createDatabase } from '@micro/postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
beforeAll(async () => {
  ledger = await startLedger()
  for (const id of ['cash', 'sales']) await ledger.account(merchant(), id)
  await ledger.record(merchant(), 'one', move(5, { from: 'cash', to: 'sales' }))
})
afterAll(() => ledger.close())

const verify = (env: Record<string, string>) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], { env, encoding: 'utf8' })

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
