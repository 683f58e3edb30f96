import { describe, expect, test } from 'vitest'
import { accountOf, bodyOf, entryOf, holdOf, ledgerGateway, listOf, ok, transactionOf } from '../ledger.fixture.ts'

const gatewayOf = (over = {}) =>
  ledgerGateway({
    'GET /ledger/holds': () => listOf([holdOf({ expires_at: 1_700_000_000 })]),
    'GET /ledger/holds/hold_1': () => ok(holdOf(over)),
    'POST /ledger/holds/hold_1/capture': () => ok(transactionOf([entryOf('a', -1n), entryOf('b', 1n)])),
    'POST /ledger/holds/hold_1/release': () => ok(transactionOf([entryOf('a', -1n), entryOf('b', 1n)])),
  })

test('list tells what is held, captured and left', async () => {
  await using gateway = await gatewayOf()
  const { stdout } = await gateway.ledger(['holds', 'list', '--status', 'open', '--account', 'a'])
  expect(stdout.split('\n')[1]).toBe('hold_1  open    hold me    5.000 KWD  1.250 KWD  3.750 KWD  2023-11-14 22:13:20')
  expect(gateway.seen[0]?.path).toBe('/ledger/holds?status=open&account_id=a&limit=20')
})

test('show tells it account by account', async () => {
  await using gateway = await gatewayOf()
  const { stdout } = await gateway.ledger(['holds', 'show', 'hold_1'])
  expect(stdout).toContain('\ndebit    debit   5.000     1.250      3.750  KWD\n')
  expect(stdout).toContain('\ncredit   credit  5.000     1.250      3.750  KWD\n')
})

describe('capture and release send what was said, amounts in minor units', () => {
  for (const [args, body] of [
    [['capture'], {}],
    [
      ['capture', '--amount', '1.25', '--final', '--reference', 'r'],
      { amount: '1250', final: true, reference_id: 'r' },
    ],
    [['release', '--description', 'd'], { description: 'd' }],
  ] as const)
    test(args.join(' '), async () => {
      await using gateway = await gatewayOf()
      const [verb, ...flags] = args
      expect((await gateway.ledger(['holds', verb, 'hold_1', ...flags])).code).toBe(0)
      const posted = gateway.seen.filter(({ method }) => method === 'POST')
      expect([posted.map(({ path }) => path), posted.map(bodyOf)]).toEqual([[`/ledger/holds/hold_1/${verb}`], [body]])
    })
})

test('an amount that cannot be meant captures nothing', async () => {
  for (const [amount, over] of [
    ['1.2345', {}],
    ['0', {}],
    ['-1', {}],
    ['1', { currency: null }],
  ] as const) {
    await using gateway = await gatewayOf(over)
    expect((await gateway.ledger(['holds', 'capture', 'hold_1', `--amount=${amount}`])).code).toBe(2)
    expect(gateway.seen.filter(({ method }) => method === 'POST')).toEqual([])
  }
})

const maker = () =>
  ledgerGateway({
    'GET /ledger/accounts/wallet': () => ok(accountOf('wallet')),
    'GET /ledger/accounts/sales': () => ok(accountOf('sales')),
    'POST /ledger/holds': (seen) => ok(holdOf(bodyOf(seen)['dry_run'] === true ? { status: 'dry_run' } : {})),
    'POST /ledger/holds/hold_1/capture': () =>
      ok(transactionOf([entryOf('a', -1n), entryOf('b', 1n)], { status: 'dry_run', kind: 'capture' })),
  })

test('create sends amounts in minor units and when what is left is given back', async () => {
  await using gateway = await maker()
  const legs = ['--reference', 'r', '--debit', 'wallet=1,080.5', '--credit', 'sales=1080.50']
  const entries = [
    { account_id: 'wallet', amount: '-108050', direction: 'debit' },
    { account_id: 'sales', amount: '108050', direction: 'credit' },
  ]
  const words = ['--description', 'd', '--metadata', 'room=4', '--expires-in', '1d12h']
  const { code, stdout } = await gateway.ledger(['holds', 'create', ...legs, ...words])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Hold +hold_1\nStatus +open\n/)])
  await gateway.ledger(['holds', 'create', ...legs, '--expires-at', '2026-01-31'])
  const asked = { reference_id: 'r', entries }
  expect(gateway.seen.filter(({ method }) => method === 'POST').map(bodyOf)).toEqual([
    { ...asked, description: 'd', metadata: { room: '4' }, expires_in: 129_600 },
    { ...asked, expires_at: 1_769_903_999 },
  ])
})

test('create takes JSON as the API does, and tries it without making it', async () => {
  await using gateway = await maker()
  const input = '{"reference_id":"r","entries":[{"account_id":"wallet","amount":-12345678901234567890}]}'
  const { code, stdout, stderr } = await gateway.ledger(['holds', 'create', '--file', '-', '--dry-run'], { input })
  expect([code, stderr]).toEqual([0, 'Nothing was recorded. This is what would be:\n'])
  expect(stdout).not.toMatch(/hold_1|ltx_1|Status|Created/)
  expect(gateway.seen.map(bodyOf)).toEqual([
    { reference_id: 'r', entries: [{ account_id: 'wallet', amount: '-12345678901234567890' }], dry_run: true },
  ])
})

test('a capture is tried without capturing', async () => {
  await using gateway = await maker()
  const { stdout, stderr } = await gateway.ledger(['holds', 'capture', 'hold_1', '--dry-run'])
  expect([stdout, stderr]).toEqual([
    expect.not.stringContaining('ltx_1'),
    expect.stringContaining('Nothing was recorded'),
  ])
  expect(gateway.seen.map(bodyOf)).toEqual([{ dry_run: true }])
})

describe('create makes nothing of what it cannot read', () => {
  const all = ['--reference', 'r', '--debit', 'wallet=1', '--credit', 'sales=1']
  for (const [args, code, message, input] of [
    [all.slice(0, 4), 2, 'Give --reference, --debit and --credit'],
    [[...all, '--expires-in', '1d', '--expires-at', '2026-01-31'], 2, 'not both'],
    [[...all, '--expires-in', '367d'], 2, 'must not be longer than 366d'],
    [[...all, '--expires-in', 'soon'], 2, 'such as 90m, 24h, 30d'],
    [[...all, '--debit', 'wallet=1.234'], 2, 'the amount must be more than 0'],
    [['--file', '-', '--reference', 'r'], 2, 'only --dry-run goes with it'],
    [['--file', '-'], 1, 'must hold one hold as a JSON object', '[]'],
  ] as const)
    test(args.join(' '), async () => {
      await using gateway = await maker()
      const ended = await gateway.ledger(['holds', 'create', ...args], { input: input ?? '' })
      expect([ended.code, ended.stdout]).toEqual([code, ''])
      expect(ended.stderr).toContain(message)
      expect(gateway.seen.filter(({ method }) => method === 'POST')).toEqual([])
    })
})
