import type { Reconciliation, ReconciliationDifference } from '@micro/contracts'
import { expect, test } from 'vitest'
import { httpServer } from '../gateway.fixture.ts'
import { inProcess, type InProcessOptions } from '../in-process.fixture.ts'
import { ageOf } from './age.ts'

const runOf = (over: Partial<Reconciliation> = {}): Reconciliation => ({
  id: 'recon_1',
  object: 'reconciliation',
  status: 'clean',
  automatic: false,
  since: null,
  until: 1_800_000_000,
  movements: 1_234,
  settlement_lines: 1_200,
  ledger_transactions: 1_234,
  differences: {},
  balances_compared: true,
  livemode: false,
  created: 1_800_000_000,
  finished: 1_800_000_001,
  ...over,
})
const found = (over: Partial<ReconciliationDifference> = {}): ReconciliationDifference => ({
  id: 'rdif_1',
  object: 'reconciliation.difference',
  reconciliation: 'recon_1',
  kind: 'amount_differs',
  subject: 'ch_1',
  charge: 'ch_1',
  balance_transaction: 'txn_1',
  processor_id: 'sim_ch_1',
  reference_id: null,
  currency: 'usd',
  amount_here_str: '500000',
  amount_there_str: '499900',
  detail: null,
  since: 1_700_000_000,
  age_seconds: 90_000,
  action: 'Ask which is right.',
  livemode: false,
  created: 1_800_000_001,
  ...over,
})

/** A gateway whose reconciliation is running once and has ended then, and the command that asks it. */
const books = async (run: Reconciliation, differences: readonly ReconciliationDifference[] = []) => {
  const bodies: unknown[] = []
  const server = await httpServer((seen) => {
    const { pathname } = new URL(seen.path, 'http://x')
    if (seen.method === 'POST') {
      bodies.push(JSON.parse(seen.body))
      return { status: 201, body: { ...run, status: 'running', finished: null } }
    }
    if (pathname.endsWith('/differences'))
      return { status: 200, body: { object: 'list', url: '/', has_more: false, data: differences } }
    return { status: 200, body: run }
  })
  return {
    bodies,
    close: () => server.close(),
    reconcile: (args: readonly string[] = [], options?: InProcessOptions) =>
      inProcess(['reconcile', ...args, '--gateway-url', server.url], options),
  }
}

test('books that agree: what was compared, and exit code 0', async () => {
  const gateway = await books(runOf())
  const { code, stdout, stderr } = await gateway.reconcile()
  await gateway.close()
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    'Compared 1,234 movements, 1,200 lines of the processor, 1,234 ledger transactions.\nThe books agree.\n',
  )
})

test('differences: a line each with age and both amounts, what to do about each kind, and exit code 1', async () => {
  const late = found({ kind: 'late', amount_there_str: null, age_seconds: 65, action: 'Nothing to do.' })
  const gateway = await books(runOf({ status: 'different', differences: { amount_differs: 2, late: 1 } }), [
    found(),
    found({ subject: 're_1', currency: 'jpy', amount_here_str: '-70', amount_there_str: '-71' }),
    late,
  ])
  const { code, stdout, stderr } = await gateway.reconcile()
  await gateway.close()
  expect([code, stderr]).toEqual([1, 'Error: There are 2 differences.\n'])
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^DIFFERENCE +AGE +OF +HERE +THERE +DETAIL$/),
    expect.stringMatching(/^amount_differs +1d 1h +ch_1 +5,000\.00 USD +4,999\.00 USD$/),
    expect.stringMatching(/^amount_differs +1d 1h +re_1 +-70 JPY +-71 JPY$/),
    expect.stringMatching(/^late +1m +ch_1 +5,000\.00 USD$/),
    '',
    'amount_differs: Ask which is right.',
    'late: Nothing to do.',
    '',
    expect.stringMatching(/^Compared /),
    '',
  ])
})

test('what is merely late is told and no reason to fail', async () => {
  const gateway = await books(runOf({ differences: { late: 1 } }), [found({ kind: 'late' })])
  const { code, stdout } = await gateway.reconcile()
  await gateway.close()
  expect([code, stdout.endsWith('The books agree.\n')]).toEqual([0, true])
})

test('with --json all of it is one object, and the exit code stays', async () => {
  const gateway = await books(runOf({ status: 'different', differences: { amount_differs: 1 } }), [found()])
  const { code, stdout } = await gateway.reconcile(['--json'])
  await gateway.close()
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ id: 'recon_1', status: 'different', data: [{ id: 'rdif_1' }] })
})

test('one that could not be done says so; a period is given in days, the last one included', async () => {
  const gateway = await books(runOf({ status: 'failed' }))
  const { code, stderr } = await gateway.reconcile(['--from', '2026-01-01', '--to', '2026-01-31'])
  expect([code, stderr]).toEqual([1, expect.stringContaining('could not be compared')])
  expect(gateway.bodies).toEqual([{ since: 1_767_225_600, until: 1_769_904_000 }])
  expect((await gateway.reconcile(['--from', '2026-01-02', '--to', '2026-01-01'])).code).toBe(2)
  await gateway.close()
})

for (const [seconds, age] of [
  [0, '0m'],
  [59, '0m'],
  [60, '1m'],
  [3_599, '59m'],
  [3_600, '1h'],
  [3_661, '1h 1m'],
  [86_400, '1d'],
  [90_061, '1d 1h'],
  [8_640_000, '100d'],
] as const)
  test(`${seconds} seconds are ${age} old`, () => expect(ageOf(seconds)).toBe(age))
