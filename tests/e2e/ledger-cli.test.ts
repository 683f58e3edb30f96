import { randomUUID } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, type Merchant } from './api.ts'
import { microProgram, root, start, temporaryDirectory, type Ended } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let other: Merchant
let home: string
beforeAll(async () => {
  platform = await openPlatform()
  ;[merchant, other] = await Promise.all([newMerchant(platform.url), newMerchant(platform.url)])
  home = await temporaryDirectory()
})
afterAll(() => platform?.stop())

/** `micro ledger …` with a merchant's key. */
const ran = (args: readonly string[], options: { as?: Merchant; input?: string } = {}): Promise<Ended> =>
  start(microProgram, ['ledger', ...args, '--config', join(home, 'none.yaml')], {
    env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: (options.as ?? merchant).key },
    ...(options.input === undefined ? {} : { input: options.input }),
  }).ended

const done = async (args: readonly string[], options?: { as?: Merchant; input?: string }): Promise<string> => {
  const { code, stdout, stderr } = await ran(args, options)
  expect({ code, stderr }, args.join(' ')).toMatchObject({ code: 0 })
  return stdout
}

const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await done([...args, '--json'])) as Record<string, unknown>

const accounts = [
  ['bank', 'asset'],
  ['wallet', 'liability'],
  ['sales', 'revenue'],
] as const

// What other tests try of the API goes over HTTP here: a process takes its time.
const openAccounts = async ({ test: call }: Merchant) => {
  for (const [id, type] of accounts)
    await call('POST', '/ledger/accounts', { body: { id, name: id, type, currency: 'usd' } })
}

// One story, told in order: what the ledger is asked at each step is what the steps before left.
describe('a ledger kept from the command line', () => {
  test('accounts are created, limited and listed', async () => {
    await done(['accounts', 'create', 'wallet', '--type', 'liability', '--name', 'wallet', '--currency', 'usd'])
    await openAccounts(merchant)
    expect(await done(['accounts', 'update', 'wallet', '--min-available', '0'])).toMatch(/At least +0\.00 USD/)
    expect((await done(['accounts', 'list', '--type', 'liability'])).trim().split('\n')).toHaveLength(2)
  })

  test('a transaction is recorded, once, and drawn so that it visibly balances', async () => {
    const record = [
      'transactions',
      'record',
      '--reference',
      'top_up',
      '--debit',
      'bank=1234.50',
      '--description',
      'For Ann',
      '--credit',
      'wallet=1234.50',
    ]
    const [drawn, again] = [await done(record), await done(record)]
    expect(drawn).toMatch(/balances +1,234\.50 +1,234\.50 +USD/)
    expect(again).toBe(drawn)
    const sale =
      '{"reference_id": "sale", "entries": [{"account_id": "wallet", "amount": -4500}, {"account_id": "sales", "amount": 4500}]}'
    expect(await done(['transactions', 'record', '--file', '-'], { input: sale })).toMatch(/Seq +2\n/)
  })

  test('one that passes a limit, or is only tried, records nothing', async () => {
    const move = (amount: string) => [
      'transactions',
      'record',
      '--reference',
      randomUUID(),
      '--debit',
      `wallet=${amount}`,
      '--credit',
      `sales=${amount}`,
    ]
    expect(await ran(move('1189.51'))).toMatchObject({ code: 5, stdout: '' })
    await done([...move('1189.50'), '--dry-run'])
    expect((await done(['transactions', 'list'])).trim().split('\n')).toHaveLength(3)
  })

  test('the balance of a past seq is what it was', async () => {
    expect(await done(['balance', 'wallet', '--seq', '1'])).toContain('1,234.50 USD')
    expect(await json('balance', 'wallet')).toMatchObject({ balance_str: '118950', seq: 2 })
  })

  test('a statement runs from the opening to the closing balance', async () => {
    const lines = (await done(['statement', 'wallet'])).trim().split('\n')
    expect(lines).toHaveLength(6)
    expect(lines.slice(2).map((line) => line.split(/ {2,}/).at(-1))).toEqual([
      '0.00',
      '1,234.50',
      '1,189.50',
      '1,189.50',
    ])
    expect((await done(['statement', 'wallet', '--csv'])).trim().split('\n')).toHaveLength(3)
  })

  test('a reversal takes a transaction back, once', async () => {
    const [sale] = (await json('transactions', 'list', '--reference', 'sale')) as unknown as { id: string }[]
    expect(await done(['transactions', 'reverse', sale?.id ?? ''])).toMatch(/Kind +reversal/)
    expect(await done(['trial-balance'])).toMatch(/USD +balances +1,234\.50 +1,234\.50/)
  })

  test('a hold is tried, made, captured in part, and the rest is given back', async () => {
    const legs = ['--debit', 'wallet=20.00', '--credit', 'sales=20.00']
    const create = ['holds', 'create', '--reference', 'hold', ...legs, '--expires-in', '1d']
    expect(await done([...create, '--dry-run'])).toMatch(/wallet +debit +20\.00/)
    expect(await done(['holds', 'list'])).toBe('')
    const { id } = (await json(...create)) as { id: string }
    expect(await done(['holds', 'capture', id, '--amount', '12.50'])).toMatch(/balances +12\.50 +12\.50 +USD\n/)
    await done(['holds', 'release', id])
    expect(await done(['holds', 'list'])).toMatch(/20\.00 USD +12\.50 USD +0\.00 USD/)
  })

  test('sums are by whatever accounts have in common', async () => {
    expect(await done(['aggregate'])).toMatch(/\nliability +USD +1 +0\.00 +1,222\.00 +1,222\.00\n/)
    expect(await done(['aggregate', '--by', 'currency', '--seq', '0'])).toMatch(/\nusd +USD +3 +0\.00 +0\.00 +0\.00\n/)
  })

  test('the feed has every transaction once, and goes on where it stopped', async () => {
    const kept = join(home, 'feed.cursor')
    const feed = async () =>
      (await done(['feed', '--json', '--cursor-file', kept]))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { transaction: { seq: number } }).transaction.seq)
    expect(await feed()).toEqual([1, 2, 3, 4, 5, 6])
    expect(await feed()).toEqual([])
    expect((await done(['feed'])).trim().split('\n')).toHaveLength(7)
  })
})

describe('moving it', () => {
  const exported = () => join(home, 'ledger.ndjson')
  const lines = () => join(home, 'transactions.ndjson')

  test('an export is whole, and under its name alone', async () => {
    const { stderr } = await ran(['export', '--out', exported()])
    expect(stderr).toMatch(/^Exported 6 transactions up to seq 6 to /)
    expect((await readdir(home)).filter((name) => name.startsWith('ledger'))).toEqual(['ledger.ndjson'])
    expect((await done(['export', '--format', 'csv'])).trim().split('\r\n')[0]).toContain('seq,transaction_id')
  })

  test('what was posted is imported for another merchant, and a second time changes nothing', async () => {
    interface Line {
      object: string
      kind: string
      reference_id: string
      entries: { account_id: string; amount: string }[]
    }
    const posts = (await readFile(exported(), 'utf8'))
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as Line)
      .filter(({ object, kind }) => object === 'ledger.export.transaction' && kind === 'post')
      .map(({ reference_id, entries }) => ({
        reference_id,
        entries: entries.map(({ account_id, amount }) => ({ account_id, amount })),
      }))
    expect(posts).toHaveLength(2)
    await writeFile(lines(), posts.map((post) => `${JSON.stringify(post)}\n`).join(''))
    await openAccounts(other)
    expect(await done(['import', lines()], { as: other })).toBe('2 recorded, 0 recorded before, 0 refused.\n')
    expect(await done(['import', lines()], { as: other })).toBe('0 recorded, 2 recorded before, 0 refused.\n')
    expect(await done(['statement', 'sales'], { as: other })).toMatch(/Closing balance +45\.00\n$/)
  })

  test('what is refused is named by its line, and the rest is recorded', async () => {
    const entries = (account: string) => [
      { account_id: account, amount: -1 },
      { account_id: 'sales', amount: 1 },
    ]
    const input = ['bank', 'nowhere', 'bank']
      .map((account, at) => `${JSON.stringify({ reference_id: `in_${at}`, entries: entries(account) })}\n`)
      .join('')
    const { code, stdout } = await ran(['import', '-'], { as: other, input })
    expect([code, stdout.split('\n')]).toEqual([
      1,
      [expect.stringMatching(/^Line 2 in_1: resource_missing: /), '2 recorded, 0 recorded before, 1 refused.', ''],
    ])
  })

  test('an export of a whole ledger is not taken for transactions', async () => {
    expect(await ran(['import', exported()], { as: other })).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('proving it', () => {
  const kept = () => join(home, 'checkpoint.txt')

  test('the ledger verifies, also against a checkpoint that was kept, and after words were erased', async () => {
    await writeFile(kept(), await done(['checkpoint']))
    const [spoken] = JSON.parse(await done(['transactions', 'list', '--reference', 'top_up', '--json'])) as {
      id: string
    }[]
    expect(await done(['transactions', 'erase', spoken?.id ?? '', '--reason', 'Asked for'])).toMatch(/Erased +\S+/)
    const verified = await done(['verify', '--checkpoint', kept()])
    expect(verified).toMatch(/^6 transactions derived anew, 3 accounts added up, and \d+ checkpoints? compared\.\n/)
    expect(verified).toMatch(/The ledger is sound\.\n$/)
  })

  test('a checkpoint of another ledger is no proof of this one', async () => {
    const { code, stdout, stderr } = await ran(['verify', '--checkpoint', kept()], { as: other })
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toContain('it is of another ledger')
  })
})

test('another merchant’s key sees none of it', async () => {
  const stranger = await newMerchant(platform.url)
  expect(await done(['accounts', 'list', '--json'], { as: stranger })).toBe('[]\n')
})

/** Blocks marked `bash` are meant to be run as they are, in order; `sh` ones name what only their reader has. */
const blocksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')

test('every command of the guide works in order, and proves in the end that all of it is sound', async () => {
  const newcomer = await newMerchant(platform.url)
  const blocks = blocksOf(await readFile(join(root, 'docs/guides/ledger.md'), 'utf8'))
  expect(blocks.length).toBeGreaterThanOrEqual(7)
  const shell = start('bash', ['-euo', 'pipefail', '-c', `micro() { ${microProgram} "$@"; }\n${blocks.join('\n')}`], {
    cwd: await temporaryDirectory(),
    env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: newcomer.key, MICRO_CONFIG: join(home, 'none.yaml') },
  })
  const { code, stdout, stderr } = await shell.ended
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toMatch(/\nwallet +USD +1 +0\.00 +100\.00 +100\.00\n/)
  expect(stdout).toMatch(/The ledger is sound\.\n$/)
})
