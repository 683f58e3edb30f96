import { describe, expect, test } from 'vitest'
import { accountOf, bodyOf, entryOf, ledgerGateway, listOf, ok, transactionOf } from '../ledger.fixture.ts'

const sale = transactionOf(
  [
    entryOf('bank', -10_000n, { balance_after_str: '123456789' }),
    entryOf('sales', 9_710n, { balance_after_str: '9710' }),
    entryOf('tax', 290n, { balance_after_str: '290' }),
  ],
  { description: 'Two\nlines', metadata: { order: '7' } },
)

test('show draws debits left, credits right, and both sums below', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/transactions/ltx_1': () => ok(sale) })
  const { code, stdout } = await gateway.ledger(['transactions', 'show', 'ltx_1'])
  expect([code, stdout]).toEqual([
    0,
    [
      'Transaction  ltx_1',
      'Seq          1',
      'Kind         post',
      'Reference    ref_1',
      'Description  Two lines',
      'Effective    2023-11-14 22:13:20 UTC',
      'Recorded     2023-11-14 22:13:20 UTC',
      'Metadata     order=7',
      `Hash         ${'ab'.repeat(32)}`,
      '',
      'ACCOUNT    DEBIT  CREDIT  CURRENCY  BALANCE AFTER',
      'bank      100.00          USD        1,234,567.89',
      'sales              97.10  USD               97.10',
      'tax                 2.90  USD                2.90',
      '          ──────  ──────',
      'balances  100.00  100.00  USD',
      '',
    ].join('\n'),
  ])
})

test('show sums each currency and layer by itself, an asset in its own digits', async () => {
  const mixed = transactionOf([
    entryOf('bank', -100n),
    entryOf('fees', 100n),
    entryOf('vault', -5n, { currency: 'gold' }),
    entryOf('mine', 5n, { currency: 'gold' }),
    entryOf('bank', 70n, { layer: 'pending' }),
    entryOf('fees', -70n, { layer: 'pending' }),
  ])
  await using gateway = await ledgerGateway({
    'GET /ledger/transactions/ltx_1': () => ok(mixed),
    'GET /ledger/assets/gold': () => ok({ object: 'ledger.asset', code: 'gold', scale: 4 }),
  })
  const { stdout } = await gateway.ledger(['transactions', 'show', 'ltx_1'])
  expect(stdout.split('\n').filter((line) => line.startsWith('balances'))).toEqual([
    expect.stringMatching(/^balances +1\.00 +1\.00 +USD$/),
    expect.stringMatching(/^balances +0\.0005 +0\.0005 +GOLD$/),
    expect.stringMatching(/^balances +0\.70 +0\.70 +USD +held$/),
  ])
})

test('one that does not balance is not drawn as if it did', async () => {
  const wrong = transactionOf([entryOf('bank', -100n), entryOf('fees', 99n)])
  await using gateway = await ledgerGateway({ 'GET /ledger/transactions/ltx_1': () => ok(wrong) })
  const { stdout } = await gateway.ledger(['transactions', 'show', 'ltx_1'])
  expect(stdout).toMatch(/DOES NOT BALANCE +1\.00 +0\.99/)
})

test('list tells amount and sides of each, and passes its filters on', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/transactions': () => listOf([sale]) })
  const flags = ['--account', 'bank', '--reference', 'ref_1', '--from', '2026-01-01', '--to', '2026-01-01']
  const { stdout } = await gateway.ledger(['transactions', 'list', ...flags])
  expect(stdout.split('\n')[1]).toBe(
    '  1  ltx_1        post  ref_1      100.00 USD  bank   sales +1  2023-11-14 22:13:20',
  )
  const { searchParams } = new URL(gateway.seen[0]?.path ?? '', 'http://x')
  expect(Object.fromEntries(searchParams)).toEqual({
    account_id: 'bank',
    reference_id: 'ref_1',
    'created[gte]': '1767225600',
    'created[lte]': '1767311999',
    limit: '20',
  })
})

test('a reference in place of an id is told apart before anything is asked', async () => {
  for (const command of [['show'], ['reverse'], ['erase', '--reason', 'case 17']]) {
    await using gateway = await ledgerGateway({})
    const { code, stderr } = await gateway.ledger(['transactions', ...command, 'ref_1'])
    expect([code, gateway.seen]).toEqual([2, []])
    expect(stderr).toContain('micro ledger transactions list --reference ref_1')
  }
})

test('erase says so where there was nothing to erase', async () => {
  await using gateway = await ledgerGateway({ 'POST /ledger/transactions/ltx_1/erase': () => ok(sale) })
  const { code, stderr } = await gateway.ledger(['transactions', 'erase', 'ltx_1', '--reason', 'case 17'])
  expect([code, stderr]).toEqual([
    0,
    'Nothing was erased: it has neither a description nor metadata. Its reference stays.\n',
  ])
})

const recorder = () =>
  ledgerGateway({
    'GET /ledger/accounts/bank': () => ok(accountOf('bank')),
    'GET /ledger/accounts/sales': () => ok(accountOf('sales')),
    'GET /ledger/accounts/coins': () => ok(accountOf('coins', { currency: 'btc', scale: 8 })),
    'POST /ledger/transactions': (seen) => ok(bodyOf(seen)['dry_run'] === true ? { ...sale, status: 'dry_run' } : sale),
    'POST /ledger/transactions/ltx_1/reverse': () => ok(sale),
    'POST /ledger/transactions/ltx_1/erase': () =>
      ok({ ...sale, description: null, metadata: {}, erased: { at: 1_700_000_000, reason: 'case 17' } }),
  })

const recordedBy = async (gateway: Awaited<ReturnType<typeof recorder>>) => {
  const posted = gateway.seen.filter(({ method }) => method === 'POST').map(bodyOf)
  await gateway.close()
  return posted
}

test('record sends amounts in minor units, as many digits as each account has', async () => {
  const gateway = await recorder()
  const legs = [
    '--debit',
    'bank=1,100.5',
    '--credit',
    'sales=1100.50',
    '--debit',
    'coins=0.00000001',
    '--credit',
    'coins=0.00000001',
  ]
  const words = ['--reference', 'r', '--description', 'd', '--effective', '2026-01-31', '--metadata', 'a=b']
  const { code } = await gateway.ledger(['transactions', 'record', ...legs, ...words])
  expect([code, await recordedBy(gateway)]).toEqual([
    0,
    [
      {
        reference_id: 'r',
        entries: [
          { account_id: 'bank', amount: '-110050', direction: 'debit' },
          { account_id: 'coins', amount: '-1', direction: 'debit' },
          { account_id: 'sales', amount: '110050', direction: 'credit' },
          { account_id: 'coins', amount: '1', direction: 'credit' },
        ],
        description: 'd',
        metadata: { a: 'b' },
        effective_at: 1_769_817_600,
      },
    ],
  ])
})

test('record takes JSON as the API does, digit by digit', async () => {
  const gateway = await recorder()
  const input = '{"reference_id":"r","entries":[{"account_id":"bank","amount":-12345678901234567890}]}'
  const { code, stderr, stdout } = await gateway.ledger(['transactions', 'record', '--file', '-', '--dry-run'], {
    input,
  })
  expect([code, stderr]).toEqual([0, 'Nothing was recorded. This is what would be:\n'])
  expect(stdout).not.toMatch(/ltx_1|Hash/)
  expect(await recordedBy(gateway)).toEqual([
    { reference_id: 'r', entries: [{ account_id: 'bank', amount: '-12345678901234567890' }], dry_run: true },
  ])
})

test('reverse asks once, with what was said about it', async () => {
  const gateway = await recorder()
  await gateway.ledger(['transactions', 'reverse', 'ltx_1', '--reference', 'undo', '--description', 'why'])
  expect(await recordedBy(gateway)).toEqual([{ reference_id: 'undo', description: 'why' }])
})

test('erase says why, and the transaction that it did', async () => {
  const gateway = await recorder()
  expect((await gateway.ledger(['transactions', 'erase', 'ltx_1'])).code).toBe(2)
  const { stdout } = await gateway.ledger(['transactions', 'erase', 'ltx_1', '--reason', 'case 17'])
  expect(stdout).toMatch(/\nErased +2023-11-14 22:13:20 UTC, case 17\n/)
  expect(await recordedBy(gateway)).toEqual([{ reason: 'case 17' }])
})

describe('record records nothing of what it cannot read', () => {
  const both = ['--debit', 'bank=1', '--credit', 'sales=1']
  for (const [args, code, message, input] of [
    [[], 2, 'Give --reference, --debit and --credit'],
    [both, 2, 'Give --reference, --debit and --credit'],
    [['--reference', 'r', '--debit', 'bank=1'], 2, 'Give --reference, --debit and --credit'],
    [['--reference', 'r', ...both, '--debit', 'bank=1.234'], 2, '--debit bank=1.234: the amount must be more than 0'],
    [['--reference', 'r', ...both, '--debit', 'bank=-1'], 2, 'must be more than 0'],
    [['--reference', 'r', ...both, '--debit', 'bank=0.00'], 2, 'must be more than 0'],
    [['--reference', 'r', ...both, '--debit', 'bank'], 2, 'It must look like account=amount'],
    [['--reference', 'r', ...both, '--debit', 'none=1'], 4, 'No such thing: GET /ledger/accounts/none'],
    [['--file', '-', '--reference', 'r'], 2, 'only --dry-run goes with it'],
    [['--file', '-'], 1, 'it is not valid JSON'],
    [['--file', '-'], 1, 'must hold one transaction as a JSON object', '[]'],
    [['--file', '-'], 1, '1.0 is not written as a whole number', '{"entries":[{"amount":1.0}]}'],
    [['--file', '-'], 1, 'is too large', ' '.repeat(4 * 1024 * 1024 + 1)],
    [['--file', '/nonexistent/x'], 1, 'there is no such file'],
  ] as const)
    test(`${args.join(' ')} ${(input ?? '').slice(0, 20)}`, async () => {
      const gateway = await recorder()
      const ended = await gateway.ledger(['transactions', 'record', ...args], { input: input ?? '' })
      expect([ended.code, ended.stdout, await recordedBy(gateway)]).toEqual([code, '', []])
      expect(ended.stderr).toContain(message)
    })
})
