import type { LedgerAsset } from '@micro/contracts'
import { expect, test } from 'vitest'
import { bodyOf, ledgerGateway, listOf, ok } from '../ledger.fixture.ts'

const assetOf = (code: string, over: Partial<LedgerAsset> = {}): LedgerAsset => ({
  object: 'ledger.asset',
  code,
  name: code,
  scale: 8,
  livemode: false,
  created: 1_700_000_000,
  ...over,
})

test('list is by code, pages go on behind the last code, and says how to see more', async () => {
  const codes = Array.from({ length: 150 }, (_, at) => `coin${String(at).padStart(3, '0')}`)
  await using gateway = await ledgerGateway({
    'GET /ledger/assets': (_seen, query) => {
      const from = codes.indexOf(query.get('starting_after') ?? '') + 1
      const data = codes.slice(from, from + Number(query.get('limit')))
      return listOf(
        data.map((code) => assetOf(code, { name: `${code}\nname` })),
        from + data.length < codes.length,
      )
    },
  })
  const { stdout, stderr } = await gateway.ledger(['assets', 'list', '--limit', '120'])
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    'ASSET    NAME          DIGITS  CREATED (UTC)',
    'COIN000  coin000 name       8  2023-11-14 22:13:20',
  ])
  expect(stdout.trim().split('\n')).toHaveLength(121)
  expect(stderr).toBe('More with --starting-after coin119, or a higher --limit.\n')
  expect(gateway.seen.map(({ path }) => path.split('?')[1])).toEqual(['limit=100', 'limit=20&starting_after=coin099'])
})

test('as JSON they are what the API answers', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/assets': () => listOf([assetOf('gold')]) })
  expect(JSON.parse((await gateway.ledger(['assets', 'list', '--json'])).stdout)).toEqual([assetOf('gold')])
})

test('where there are none it says how to make one', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/assets': () => listOf([]) })
  const { code, stdout, stderr } = await gateway.ledger(['assets', 'list'])
  expect([code, stdout, stderr]).toEqual([0, '', expect.stringContaining('micro ledger assets create')])
})

test('create sends code, name and digits, and shows what was made', async () => {
  await using gateway = await ledgerGateway({
    'POST /ledger/assets': (seen) => ok({ ...assetOf(''), ...bodyOf(seen) }),
  })
  const named = await gateway.ledger(['assets', 'create', 'gold', '--name', 'Fine gold', '--scale', '4'])
  expect(named.stdout).toBe(
    'Asset    GOLD\nName     Fine gold\nDigits   4 after the decimal point\nCreated  2023-11-14 22:13:20 UTC\n',
  )
  await gateway.ledger(['assets', 'create', 'points', '--scale', '0'])
  expect(gateway.seen.map(bodyOf)).toEqual([
    { code: 'gold', name: 'Fine gold', scale: 4 },
    { code: 'points', name: 'points', scale: 0 },
  ])
})

test('without digits, or with digits that are no number, nothing is asked', async () => {
  await using gateway = await ledgerGateway({})
  for (const flags of [[], ['--scale', 'two'], ['--scale=-1']]) {
    const { code, stderr } = await gateway.ledger(['assets', 'create', 'gold', ...flags])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--scale')])
  }
  expect(gateway.seen).toEqual([])
})
