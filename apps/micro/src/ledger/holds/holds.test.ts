import { describe, expect, test } from 'vitest'
import { bodyOf, entryOf, holdOf, ledgerGateway, listOf, ok, transactionOf } from '../ledger.fixture.ts'

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
