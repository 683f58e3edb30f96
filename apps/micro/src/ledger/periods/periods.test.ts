import { expect, test } from 'vitest'
import { bodyOf, ledgerGateway, listOf, ok } from '../ledger.fixture.ts'

const period = {
  id: 'lper_1',
  object: 'ledger.period',
  closes_after: null,
  closes_through: 1_769_903_999,
  description: 'January',
  seq: 7,
  hash: null,
  livemode: false,
  created: 1_770_000_000,
}

test('close closes a date to its last second, and says what that means', async () => {
  await using gateway = await ledgerGateway({ 'POST /ledger/periods': () => ok({ ...period, totals: [] }) })
  const { code, stdout } = await gateway.ledger(['periods', 'close', '2026-01-31', '--description', 'January'])
  expect([code, stdout]).toEqual([
    0,
    'Closed lper_1: what took effect up to 2026-01-31 23:59:59 UTC is settled, as of seq 7.\n',
  ])
  expect(bodyOf(gateway.seen[0]!)).toEqual({ closes_through: 1_769_903_999, description: 'January' })
  const wrong = await gateway.ledger(['periods', 'close', 'yesterday'])
  expect([wrong.code, wrong.stderr, gateway.seen.length]).toEqual([2, expect.stringContaining('such as 2026-01-31'), 1])
})

test('list tells each with its bounds', async () => {
  await using gateway = await ledgerGateway({ 'GET /ledger/periods': () => listOf([period]) })
  const { stdout } = await gateway.ledger(['periods', 'list'])
  expect(stdout.split('\n')[1]).toMatch(/^lper_1 +2026-01-31 23:59:59 +7 +2026-02-02 02:40:00 +January$/)
})
