import { describe, expect, test } from 'vitest'
import { accountOf, bodyOf, ledgerGateway, listOf, ok } from '../ledger.fixture.ts'

const bank = accountOf('bank', { name: 'Our \u001b[31mbank', balance_str: '123456789' }, -2_500)
const coins = accountOf('coins', { currency: 'btc', scale: 8, balance_str: '-1', status: 'frozen' })

test('list shows amounts of each currency with its digits, numbers below each other, and obeys no escape', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/accounts': () => listOf([bank, coins]) })
  expect(await gateway.ledger(['accounts', 'list'])).toEqual({
    code: 0,
    stdout: [
      'ACCOUNT  NAME           TYPE        BALANCE  PENDING     AVAILABLE  CURRENCY  STATUS',
      'bank     Our �[31mbank  asset  1,234,567.89   -25.00  1,234,542.89  USD',
      'coins    coins          asset   -0.00000001            -0.00000001  BTC       frozen',
      '',
    ].join('\n'),
    stderr: '',
  })
})

test('list as JSON is what the API answers', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/accounts': () => listOf([bank, coins]) })
  expect(JSON.parse((await gateway.ledger(['accounts', 'list', '--json'])).stdout)).toEqual([bank, coins])
})

test('list passes its filters on, and reads page after page up to the limit', async () => {
  const asked: string[] = []
  await using gateway = await ledgerGateway({
    'GET /ledger/accounts': (_seen, query) => {
      asked.push(query.toString())
      const from = Number(query.get('starting_after') ?? '0')
      const data = Array.from({ length: Number(query.get('limit')) }, (_, at) => accountOf(String(from + at + 1)))
      return listOf(data, true)
    },
  })
  const flags = [
    '--type',
    'asset',
    '--currency',
    'eur',
    '--status',
    'active',
    '--id-prefix',
    'w',
    '--metadata',
    'a=b=c',
  ]
  const { stdout, stderr } = await gateway.ledger(['accounts', 'list', ...flags, '--limit', '150'])
  const filter = 'type=asset&currency=eur&status=active&id_prefix=w&metadata%5Ba%5D=b%3Dc'
  expect(asked).toEqual([`${filter}&limit=100`, `${filter}&limit=50&starting_after=100`])
  expect(stdout.trim().split('\n')).toHaveLength(151)
  expect(stderr).toBe('More with --starting-after 150, or a higher --limit.\n')
})

test('an empty list is said to be empty', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/accounts': () => listOf([]) })
  expect(await gateway.ledger(['accounts', 'list'])).toEqual({
    code: 0,
    stdout: '',
    stderr: 'There are no such accounts.\n',
  })
})

test('create takes limits as people write them', async () => {
  await using gateway = await ledgerGateway({
    'POST /ledger/accounts': (seen) => ok(accountOf(String(bodyOf(seen)['id']))),
  })
  const limits = ['--min-available', '0', '--max-balance', '1,000.5']
  const { code, stdout } = await gateway.ledger([
    'accounts',
    'create',
    'w',
    '--type',
    'liability',
    '--currency',
    'USD',
    ...limits,
  ])
  expect([code, stdout.split('\n')[0]]).toEqual([0, 'Account    w'])
  expect(bodyOf(gateway.seen[0]!)).toEqual({
    id: 'w',
    name: 'w',
    type: 'liability',
    currency: 'USD',
    min_available: '0',
    max_balance: '100050',
  })
})

test('update reads limits in the account’s own digits, lifts them, and sends nothing else', async () => {
  await using gateway = await ledgerGateway({
    'GET /ledger/accounts/coins': () => ok(coins),
    'POST /ledger/accounts/coins': () => ok(coins),
  })
  const change = (...flags: string[]) => gateway.ledger(['accounts', 'update', 'coins', ...flags])
  await change('--min-available', '0.5', '--max-balance', 'none', '--if-version', '3')
  await change('--status', 'frozen', '--name', 'Cold', '--metadata', 'a=1', '--metadata', 'b=')
  expect(gateway.seen.filter(({ method }) => method === 'POST').map(bodyOf)).toEqual([
    { min_available: '50000000', max_balance: null, if_version: 3 },
    { status: 'frozen', name: 'Cold', metadata: { a: '1', b: '' } },
  ])
})

describe('what cannot be meant ends with 2, and nothing is asked of the ledger', () => {
  for (const [args, message] of [
    [['create', '--type', 'asset'], 'Give the account an id or a --name.'],
    [['create', 'x'], "required option '--type <type>' not specified"],
    [['create', 'x', '--type', 'cash'], 'Allowed choices are asset'],
    [['create', 'x', '--type', 'asset', '--min-available', '0'], 'name it with --currency'],
    [['create', 'x', '--type', 'asset', '--currency', 'usd', '--min-available', '1.234'], 'up to 2 decimal digits'],
    [['update', 'x'], 'Say what to change'],
    [['update', 'x', '--if-version', '3'], 'Say what to change'],
    [['update', 'x', '--metadata', 'novalue', '--name', 'x'], 'key=value'],
    [['list', '--limit', '0'], 'from 1 to 10000'],
  ] as const)
    test(args.join(' '), async () => {
      await using gateway = await ledgerGateway({})
      const { code, stdout, stderr } = await gateway.ledger(['accounts', ...args])
      expect([code, stdout, gateway.seen.length]).toEqual([2, '', 0])
      expect(stderr).toContain(message)
    })
})

test('what the ledger refuses is one sentence, and ends with its class', async () => {
  await using gateway = await ledgerGateway({})
  expect(await gateway.ledger(['accounts', 'show', 'a/b'])).toEqual({
    code: 4,
    stdout: '',
    stderr: 'Error: No such thing: GET /ledger/accounts/a%2Fb\n',
  })
})
