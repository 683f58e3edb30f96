/** Plays the worked examples of docs/guides/money.md on a real ledger, row by row. */
import { readFile } from 'node:fs/promises'
import type { BalanceTransaction, LedgerTransaction, LedgerTrialBalance } from '@micro/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemAccount, type AccountName } from '../../services/payments/src/movements/chart.ts'
import { isShown, type MovementKind } from '../../services/payments/src/movements/kinds.ts'
import { openMoney, type Money } from './world.ts'

interface Row {
  readonly kind: MovementKind
  readonly amount: bigint
  readonly fee: bigint
  readonly net: bigint
  readonly lines: Partial<Record<AccountName, bigint>>
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
const numberOf = (cell = ''): bigint => BigInt(cell === '' ? 0 : cell.replace('−', '-').replace('+', ''))

/** The rows of the table whose first column has this head. */
const tableOf = (guide: string, head: string): string[][] => {
  const lines = guide.split('\n')
  const start = lines.findIndex((line) => cellsOf(line)[0] === head)
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return [cellsOf(lines[start] ?? ''), ...lines.slice(start + 2, end).map(cellsOf)]
}

const readExamples = (guide: string): Row[] => {
  const [heads = [], ...rows] = tableOf(guide, 'kind')
  const accounts = heads.slice(4) as AccountName[]
  return rows.map(([kind, amount, fee, net, ...cells]) => ({
    kind: kind as MovementKind,
    amount: numberOf(amount),
    fee: numberOf(fee),
    net: numberOf(net),
    lines: Object.fromEntries(
      accounts.flatMap((name, at) => (cells[at] === '' ? [] : [[name, numberOf(cells[at])] as const])),
    ),
  }))
}

let money: Money
let guide: string
beforeAll(async () => {
  money = await openMoney()
  guide = await readFile(new URL('../../docs/guides/money.md', import.meta.url), 'utf8')
})
afterAll(() => money.close())

const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount)

/** The types that these accounts come to, credit + and debit −; without those that are 0, as the ledger shows them. */
const byType = (sums: Partial<Record<AccountName, bigint>>) => {
  const types: Record<string, bigint> = {}
  for (const [name, sum] of Object.entries(sums) as [AccountName, bigint][]) {
    const { type } = systemAccount(name, 'usd')
    types[type] = (types[type] ?? 0n) + sum
  }
  return types
}
const netsOf = ({ rows }: LedgerTrialBalance) =>
  Object.fromEntries(rows.map(({ type, credits_str, debits_str }) => [type, BigInt(credits_str) - BigInt(debits_str)]))
const nonZero = (sums: Record<string, bigint>) =>
  Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0n))

test('each row posts what the guide says, and the books stay whole', async () => {
  const examples = readExamples(guide)
  expect(examples.length).toBeGreaterThan(15)
  const sums: Partial<Record<AccountName, bigint>> = {}
  let total = 0n
  for (const [at, { kind, amount, fee, net, lines }] of examples.entries()) {
    const where = `row ${at + 1}, ${kind}`
    const movement = await money.record({ kind, amount: absolute(amount), fee, source: `ob_row${at}` })
    expect([movement.amount, movement.net], where).toEqual([isShown(kind) ? amount : absolute(amount), net])
    await money.payments.movements.post(movement)

    const { data } = await money.get<{ data: LedgerTransaction[] }>(
      `/ledger/transactions?reference_id=micro:${kind}:ob_row${at}`,
    )
    const posted = Object.fromEntries((data[0]?.entries ?? []).map((entry) => [entry.account_id, entry.amount_str]))
    expect(posted, where).toEqual(
      Object.fromEntries(
        Object.entries(lines).map(([name, value]) => [systemAccount(name as AccountName, 'usd').id, String(value)]),
      ),
    )
    for (const [name, value] of Object.entries(lines) as [AccountName, bigint][])
      sums[name] = (sums[name] ?? 0n) + value
    total += net

    expect(nonZero(netsOf(await money.trialBalance('acct_a'))), where).toEqual(nonZero(byType(sums)))
    expect(await money.balanceOf('acct_a'), where).toBe(Number(total))
  }

  const trial = await money.trialBalance('acct_a')
  expect(Object.fromEntries(trial.rows.map(({ type, balance }) => [type, balance]))).toEqual(
    Object.fromEntries(
      tableOf(guide, 'type')
        .slice(1)
        .map(([type = '', balance]) => [type, Number(numberOf(balance))]),
    ),
  )
  expect(trial.totals.map(({ debits_str, credits_str }) => debits_str === credits_str)).toEqual([true])

  let shown = 0
  for (let after = ''; ;) {
    const { body } = await money.call(`/v1/balance_transactions?limit=5${after && `&starting_after=${after}`}`)
    const data = body.data as unknown as BalanceTransaction[]
    shown += data.reduce((sum, transaction) => sum + transaction.net, 0)
    if (!body.has_more) break
    after = data.at(-1)?.id ?? ''
  }
  expect(shown, 'Σ net of the balance transactions is what the ledger has').toBe(await money.balanceOf('acct_a'))
})

test('the guide names every account and every kind there is', async () => {
  const { shownKinds, internalKinds } = await import('../../services/payments/src/movements/kinds.ts')
  const examples = readExamples(guide)
  expect(new Set(examples.map(({ kind }) => kind))).toEqual(
    new Set([...Object.keys(shownKinds), ...Object.keys(internalKinds)]),
  )
  const [heads = []] = tableOf(guide, 'kind')
  for (const name of heads.slice(4))
    expect(guide).toContain(
      `\`${systemAccount(name as AccountName, 'usd').id}\` | ${systemAccount(name as AccountName, 'usd').type}`,
    )
})
