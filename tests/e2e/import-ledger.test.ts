/** A ledger moves from one installation to another: what an operator does with what the merchant exported. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { newMerchant, pay, type Caller } from './api.ts'
import { micro, microProgram, removeTemporaryDirectories, start, temporaryDirectory } from './harness.ts'

afterAll(removeTemporaryDirectories)

const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await start(microProgram, ['import-ledger', ...args]).ended
  return { code, stdout, stderr }
}

const exportOf = async (call: Caller) => {
  const lines = (await call('GET', '/ledger/export')).body.data
  return { lines, merchant: String(lines[0]?.['merchant']), hash: String(lines[0]?.['hash']) }
}

test('an export from one installation becomes a ledger in another, while that runs or not, and goes on there', async () => {
  const [here, there] = await Promise.all([micro(), micro()])
  const [old, neu] = [await newMerchant(here.url), await newMerchant(there.url)]
  for (const id of ['cash', 'sales'])
    expect((await old.test('POST', '/ledger/accounts', { body: { id, name: id, type: 'asset' } })).status).toBe(201)
  const record = (call: Caller, reference_id: string) => {
    const entries = [
      { account_id: 'sales', amount: 500 },
      { account_id: 'cash', amount: -500 },
    ]
    return call('POST', '/ledger/transactions', { body: { reference_id, entries } })
  }
  expect((await record(old.test, 'sale')).status).toBe(201)
  expect((await pay(old.test)).status).toBe(200)
  const { lines, merchant: origin, hash } = await exportOf(old.test)
  const { merchant } = await exportOf(neu.test)
  const file = join(await temporaryDirectory(), 'book.ndjson')
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

  const into = ['--data-dir', there.dataDir, '--merchant', merchant, '--mode', 'test'] as const
  const broken = `${file}.broken`
  await writeFile(broken, JSON.stringify(lines[0]))
  const refused = await run(broken, ...into)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toMatch(/line 1: the file breaks off in the middle of it\. Nothing was changed\.\n$/)

  const done = await run(file, ...into, '--json')
  expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(done.stdout)).toMatchObject({ merchant, origin: { merchant: origin }, transactions: 2, hash })
  expect((await neu.test('GET', '/ledger/verify')).body).toMatchObject({ status: 'sound', hash })
  expect((await record(neu.test, 'sale')).status).toBe(200)
  expect((await record(neu.test, 'next')).body).toMatchObject({ seq: 3 })
  expect((await pay(neu.test)).status).toBe(200)

  await there.stop()
  const again = await run(file, ...into)
  expect(again).toMatchObject({ code: 1, stdout: '' })
  expect(again.stderr).toContain(`${merchant} has a test ledger already`)
  await here.stop()
})

test('what it is not told it asks for, in one sentence', async () => {
  const nowhere = join(await temporaryDirectory(), 'nothing')
  for (const [args, code, words] of [
    [['book.ndjson', '--merchant', 'acct_1', '--mode', 'prod'], 2, '--mode must be test or live'],
    [['book.ndjson', '--merchant', 'me', '--mode', 'test'], 2, '--merchant must be the merchant'],
    [['book.ndjson', '--merchant', 'acct_1', '--mode', 'test', '--data-dir', nowhere], 1, 'There is no Micro in'],
  ] as const) {
    const ended = await run(...args)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
    expect(ended.stderr).toContain(words)
  }
})
