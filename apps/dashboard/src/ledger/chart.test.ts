import type { LedgerTrialBalance } from '@micro/contracts'
import { expect, test } from 'vitest'
import { chartOf, trialsOf } from './chart.ts'

const account = (text: string) => {
  const [id = '', type, currency] = text.split(' ')
  return { id, type: type as 'asset', currency: currency as string }
}

test('accounts stand together by currency and type, and within it as they came', () =>
  expect(
    chartOf(['fees revenue usd', 'b asset usd', 'owed liability eur', 'a asset usd'].map(account)).map(
      ({ currency, type, accounts }) => [currency, type, accounts.map(({ id }) => id)],
    ),
  ).toEqual([
    ['eur', 'liability', ['owed']],
    ['usd', 'asset', ['b', 'a']],
    ['usd', 'revenue', ['fees']],
  ]))

test('a trial balance is told currency by currency', () => {
  const rows = ['_ revenue usd', '_ asset eur', '_ asset usd'].map(account) as unknown as LedgerTrialBalance['rows']
  const totals = [{ currency: 'eur' }, { currency: 'usd' }] as LedgerTrialBalance['totals']
  expect(trialsOf({ rows, totals }).map((trial) => [trial.currency, trial.rows.map(({ type }) => type)])).toEqual([
    ['eur', ['asset']],
    ['usd', ['asset', 'revenue']],
  ])
})
