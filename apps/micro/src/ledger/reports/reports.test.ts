import type { LedgerStatement, LedgerStatementLine } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import { ledgerGateway, ok } from '../ledger.fixture.ts'
import { pointText } from './point.ts'

const lineOf = (seq: number, over: Partial<LedgerStatementLine> = {}): LedgerStatementLine => ({
  id: `len_${seq}`,
  object: 'ledger.statement_line',
  transaction_id: `ltx_${seq}`,
  reference_id: `ref_${seq}`,
  description: null,
  amount: 0,
  amount_str: '0',
  direction: 'debit',
  value_str: '100',
  balance_after: 0,
  balance_after_str: String(seq * 100),
  seq,
  effective_at: 1_600_000_000,
  booked_at: null,
  created: 1_700_000_000,
  ...over,
})

const statementOf = (data: LedgerStatementLine[], over: Partial<LedgerStatement> = {}): LedgerStatement => ({
  object: 'ledger.statement',
  url: '/',
  account_id: 'bank',
  currency: 'usd',
  scale: 2,
  normal_balance: 'debit',
  layer: 'posted',
  order: 'recorded',
  opening_balance: 0,
  opening_balance_str: '0',
  closing_balance: 0,
  closing_balance_str: '123456789',
  seq: 250,
  has_more: false,
  data,
  livemode: false,
  ...over,
})

/** 250 entries, of which more are recorded while one reads; only a reader who names the seq does not see them. */
const growing = () =>
  ledgerGateway({
    'GET /ledger/accounts/bank/statement': (_seen, query) => {
      const last = Number(query.get('seq') ?? '0') === 250 ? 250 : query.has('starting_after') ? 300 : 250
      const from = Number(query.get('starting_after')?.slice(4) ?? '0')
      const data = Array.from({ length: Math.min(100, last - from) }, (_, at) => lineOf(from + at + 1))
      return ok(statementOf(data, { has_more: from + data.length < last, seq: last }))
    },
  })

test('a statement is of one moment, whatever is recorded while it is read', async () => {
  await using gateway = await growing()
  const { code, stdout } = await gateway.ledger(['statement', 'bank'])
  const lines = stdout.trim().split('\n')
  expect([code, lines.length]).toEqual([0, 254])
  expect(lines[0]).toBe('bank in USD')
  expect(lines[2]).toMatch(/^ +Opening balance +0\.00$/)
  expect(lines[3]).toMatch(/^2023-11-14 22:13:20 +ref_1 +1\.00 +1\.00$/)
  expect(lines.at(-1)).toMatch(/^ +Closing balance +1,234,567\.89$/)
  expect(gateway.seen.map(({ path }) => path.split('?')[1])).toEqual([
    'limit=100',
    'limit=100&starting_after=len_100&seq=250',
    'limit=100&starting_after=len_200&seq=250',
  ])
})

test('as JSON it is one object with every line', async () => {
  await using gateway = await growing()
  const told = JSON.parse((await gateway.ledger(['statement', 'bank', '--json'])).stdout) as LedgerStatement
  expect([told.account_id, told.closing_balance_str, told.data.length]).toEqual(['bank', '123456789', 250])
  expect(told.data.map(({ seq }) => seq)).toEqual(Array.from({ length: 250 }, (_, at) => at + 1))
})

test('an account without entries has a statement, drawn and as JSON', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/accounts/bank/statement': () => ok(statementOf([])) })
  expect((await gateway.ledger(['statement', 'bank'])).stdout.trim().split('\n')).toHaveLength(4)
  expect(JSON.parse((await gateway.ledger(['statement', 'bank', '--json'])).stdout)).toMatchObject({ data: [] })
})

test('as CSV amounts are exact decimals, and no text becomes a formula or another cell', async () => {
  const texts = ['=1+1', 'a,"b"\nc', '@x', '-12.5', '-1-1', 'x;=1'].map((description, at) =>
    lineOf(at + 1, { description }),
  )
  await using gateway = await ledgerGateway({
    'GET /ledger/accounts/bank/statement': () =>
      ok(statementOf([...texts, lineOf(9, { direction: 'credit', value_str: '123456789', balance_after_str: '-5' })])),
  })
  const { stdout } = await gateway.ledger(['statement', 'bank', '--csv'])
  const times = '2023-11-14T22:13:20Z,2020-09-13T12:26:40Z'
  expect(stdout).toBe(
    [
      'seq,recorded,effective,transaction_id,reference_id,description,currency,debit,credit,balance_after',
      `1,${times},ltx_1,ref_1,'=1+1,usd,1.00,,1.00`,
      `2,${times},ltx_2,ref_2,"a,""b""\nc",usd,1.00,,2.00`,
      `3,${times},ltx_3,ref_3,'@x,usd,1.00,,3.00`,
      `4,${times},ltx_4,ref_4,-12.5,usd,1.00,,4.00`,
      `5,${times},ltx_5,ref_5,'-1-1,usd,1.00,,5.00`,
      `6,${times},ltx_6,ref_6,"x;'=1",usd,1.00,,6.00`,
      `9,${times},ltx_9,ref_9,,usd,,1234567.89,-0.05`,
      '',
    ].join('\n'),
  )
})

describe('bounds are of the time it is ordered by', () => {
  for (const [args, query] of [
    [['--from', '100'], { 'created[gte]': '100' }],
    [['--to', '1970-01-01'], { 'created[gte]': '0', 'created[lte]': '86399' }],
    [['--by', 'effective'], { 'effective_at[gte]': '0' }],
    [['--by', 'effective', '--from', '5', '--to', '9'], { 'effective_at[gte]': '5', 'effective_at[lte]': '9' }],
    [['--layer', 'pending'], { layer: 'pending' }],
  ] as const)
    test(args.join(' '), async () => {
      await using gateway = await ledgerGateway({ 'GET /ledger/accounts/bank/statement': () => ok(statementOf([])) })
      await gateway.ledger(['statement', 'bank', ...args])
      const { searchParams } = new URL(gateway.seen[0]?.path ?? '', 'http://x')
      expect(Object.fromEntries(searchParams)).toEqual({ ...query, limit: '100' })
    })
})

test('--csv and --json are two things, and so are --at and --seq', async () => {
  await using gateway = await ledgerGateway({})
  for (const args of [
    ['statement', 'bank', '--csv', '--json'],
    ['balance', 'bank', '--at', '5', '--seq', '5'],
    ['trial-balance', '--at', '5', '--seq', '5'],
  ]) {
    const { code, stderr } = await gateway.ledger(args)
    expect([code, stderr]).toEqual([2, expect.stringContaining('not both')])
  }
  expect(gateway.seen).toEqual([])
})

test('a beginning after the end is a mistake, not an empty answer', async () => {
  await using gateway = await ledgerGateway({})
  for (const args of [
    ['statement', 'bank'],
    ['transactions', 'list'],
  ]) {
    const { code, stderr } = await gateway.ledger([...args, '--from', '2026-02-01', '--to', '2026-01-31'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--from is after --to')])
  }
  expect(gateway.seen).toEqual([])
})

test('before the first transaction there is no seq to speak of', () =>
  expect(pointText({ seq: 0, effective_at: null })).toBe('before the first transaction'))

test('balance says at which point it looked', async () => {
  const balance = {
    object: 'ledger.balance',
    account_id: 'coins',
    currency: 'btc',
    scale: 8,
    normal_balance: 'credit',
    balance_str: '123456789',
    pending_str: '-5',
    seq: 12,
    effective_at: 86_399,
  }
  await using gateway = await ledgerGateway({ 'GET /ledger/accounts/coins/balance': () => ok(balance) })
  const flags = ['--seq', '12', '--effective', '1970-01-01']
  const { stdout } = await gateway.ledger(['balance', 'coins', ...flags])
  expect(stdout).toBe(
    [
      'Account  coins',
      'Balance  1.23456789 BTC (credit)',
      'Pending  -0.00000005',
      'As of    seq 12, effective up to 1970-01-01 23:59:59 UTC',
      '',
    ].join('\n'),
  )
  expect(gateway.seen[0]?.path).toBe('/ledger/accounts/coins/balance?seq=12&effective_at=86399')
  expect(JSON.parse((await gateway.ledger(['balance', 'coins', '--json'])).stdout)).toEqual(balance)
})

const trialOf = (credits_str: string) => ({
  object: 'ledger.trial_balance',
  seq: 7,
  effective_at: null,
  rows: [
    { currency: 'jpy', scale: 0, type: 'asset', debits_str: '1500', credits_str: '0' },
    { currency: 'jpy', scale: 0, type: 'revenue', debits_str: '0', credits_str },
  ],
  totals: [{ currency: 'jpy', scale: 0, debits_str: '1500', credits_str }],
})

test('trial-balance draws both sides and their equal sums', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/trial_balance': () => ok(trialOf('1500')) })
  expect(await gateway.ledger(['trial-balance', '--currency', 'jpy'])).toEqual({
    code: 0,
    stdout: [
      'CURRENCY  TYPE      DEBIT  CREDIT',
      'JPY       asset     1,500',
      'JPY       revenue           1,500',
      '                    ─────  ──────',
      'JPY       balances  1,500   1,500',
      '',
    ].join('\n'),
    stderr: 'As of seq 7.\n',
  })
})

test('trial-balance fails where the sides are not equal, drawn and as JSON', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/trial_balance': () => ok(trialOf('1499')) })
  for (const args of [[], ['--json']]) {
    const { code, stderr } = await gateway.ledger(['trial-balance', ...args])
    expect([code, stderr]).toEqual([1, expect.stringContaining('Debits and credits in jpy are not equal.')])
  }
})
