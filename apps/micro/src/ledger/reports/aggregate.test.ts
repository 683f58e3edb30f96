import type { LedgerAggregate } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import { ledgerGateway, ok } from '../ledger.fixture.ts'

const groupOf = (group: string | null, over: Partial<LedgerAggregate> = {}): LedgerAggregate => ({
  id: group === null ? 'usd' : `usd:${group}`,
  object: 'ledger.aggregate',
  group,
  currency: 'usd',
  scale: 2,
  accounts: 1_200,
  debits: 0,
  debits_str: '0',
  credits: 0,
  credits_str: '123456',
  balance: 0,
  balance_str: '123456',
  net: 0,
  net_str: '123456',
  ...over,
})

const aggregatesOf = (data: LedgerAggregate[], over = {}) =>
  ok({ object: 'list', url: '/ledger/aggregate', has_more: false, data, seq: 12, effective_at: null, ...over })

/** 150 groups, in a book that grows while one reads. */
const growing = () =>
  ledgerGateway({
    'GET /ledger/aggregate': (_seen, query) => {
      const from = Number(query.get('starting_after')?.slice('usd:g'.length) ?? '-1') + 1
      const count = Math.min(Number(query.get('limit')), 150 - from)
      const data = Array.from({ length: count }, (_, at) => groupOf(`g${from + at}`))
      return aggregatesOf(data, { has_more: from + count < 150, seq: 12 + from })
    },
  })

test('each group has its sums in the digits of its currency, and what has no group is named so', async () => {
  const gold = { currency: 'gold', scale: 4, accounts: 1, credits_str: '0', debits_str: '5', balance_str: '5' }
  await using gateway = await ledgerGateway({
    'GET /ledger/aggregate': () => aggregatesOf([groupOf('eu\n1'), groupOf(null, gold)], { effective_at: 86_399 }),
  })
  const { code, stdout, stderr } = await gateway.ledger(['aggregate', '--by', 'metadata', '--key', 'region'])
  expect([code, stdout.split('\n'), stderr]).toEqual([
    0,
    [
      'GROUP   CURRENCY  ACCOUNTS   DEBIT    CREDIT   BALANCE',
      'eu 1    USD          1,200    0.00  1,234.56  1,234.56',
      '(none)  GOLD             1  0.0005    0.0000    0.0005',
      '',
    ],
    'As of seq 12, effective up to 1970-01-01 23:59:59 UTC.\n',
  ])
})

test('all pages are of one moment, whatever is recorded while they are read', async () => {
  await using gateway = await growing()
  const flags = ['--at', '99', '--effective', '50', '--limit', '140']
  const { stdout } = await gateway.ledger(['aggregate', '--by', 'prefix', ...flags, '--json'])
  const told = JSON.parse(stdout) as { seq: number; has_more: boolean; data: unknown[] }
  expect([told.seq, told.has_more, told.data.length]).toEqual([12, true, 140])
  const queries = gateway.seen.map(({ path }) => Object.fromEntries(new URL(path, 'http://x').searchParams))
  expect(queries).toEqual([
    { group_by: 'prefix', effective_at: '50', at: '99', limit: '100' },
    { group_by: 'prefix', effective_at: '50', seq: '12', limit: '40', starting_after: 'usd:g99' },
  ])
})

test('filters and grouping are passed on', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/aggregate': () => aggregatesOf([]) })
  const filters = [
    '--type',
    'asset',
    '--currency',
    'eur',
    '--status',
    'frozen',
    '--id-prefix',
    'w:',
    '--metadata',
    'a=b',
  ]
  const { stderr } = await gateway.ledger(['aggregate', '--by', 'prefix', '--segments', '2', ...filters, '--seq', '0'])
  expect(stderr).toBe('There are no such accounts.\nAs of seq 12.\n')
  expect(Object.fromEntries(new URL(gateway.seen[0]?.path ?? '', 'http://x').searchParams)).toEqual({
    group_by: 'prefix',
    segments: '2',
    type: 'asset',
    currency: 'eur',
    status: 'frozen',
    id_prefix: 'w:',
    'metadata[a]': 'b',
    seq: '0',
    limit: '20',
  })
})

describe('what does not go together is told apart before anything is asked', () => {
  for (const [flags, message] of [
    [['--segments', '2'], '--segments goes with --by prefix'],
    [['--by', 'type', '--key', 'x'], '--key goes with --by metadata'],
    [['--by', 'metadata'], 'Say which metadata with --key'],
    [['--by', 'colour'], 'Allowed choices are'],
    [['--at', '5', '--seq', '5'], 'not both'],
  ] as const)
    test(flags.join(' '), async () => {
      await using gateway = await ledgerGateway({})
      const { code, stderr } = await gateway.ledger(['aggregate', ...flags])
      expect([code, stderr, gateway.seen]).toEqual([2, expect.stringContaining(message), []])
    })
})
