import { Fault, fromUnixSeconds } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { changeAccount, type AccountChange } from './account-change.ts'
import type { Account } from './account.ts'

const account: Account = {
  id: 'a',
  mode: 'test',
  name: 'A',
  type: 'asset',
  currency: 'usd',
  assetScale: null,
  metadata: { kept: '1', changed: '1', removed: '1' },
  system: false,
  status: 'active',
  normalBalance: 'debit',
  minAvailable: null,
  maxBalance: null,
  credits: 40n,
  debits: 100n,
  pendingCredits: 0n,
  pendingDebits: 0n,
  version: 3n,
  createdAt: fromUnixSeconds(0),
}
const nothing: AccountChange = {
  name: undefined,
  status: undefined,
  minAvailable: undefined,
  maxBalance: undefined,
  metadata: undefined,
  ifVersion: undefined,
}
const outcome = (of: Partial<Account>, change: Partial<AccountChange>): unknown => {
  try {
    return changeAccount({ ...account, ...of }, { ...nothing, ...change })
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}
const empty = { credits: 100n }
const held = { credits: 100n, pendingDebits: 1n }

test('what is not named stays', () => expect(outcome({}, {})).toEqual(account))
test('metadata is merged, and an empty value removes its key', () =>
  expect(outcome({}, { metadata: { changed: '2', removed: '', absent: '', added: '3' } })).toMatchObject({
    metadata: { kept: '1', changed: '2', added: '3' },
  }))

describe('status', () => {
  for (const [from, to, of, want] of [
    ['active', 'frozen', {}, 'frozen'],
    ['active', 'closed', empty, 'closed'],
    ['active', 'closed', {}, 'account_not_empty'],
    ['frozen', 'active', {}, 'active'],
    ['frozen', 'frozen', {}, 'frozen'],
    ['frozen', 'closed', empty, 'closed'],
    ['frozen', 'closed', {}, 'account_not_empty'],
    ['closed', 'active', empty, 'account_closed'],
    ['closed', 'frozen', empty, 'account_closed'],
    ['closed', 'closed', empty, 'closed'],
    ['active', 'closed', held, 'account_not_empty'],
    ['active', 'closed', { ...held, pendingDebits: 0n, pendingCredits: 1n }, 'account_not_empty'],
    ['active', 'frozen', held, 'frozen'],
  ] as const)
    test(`${from} with ${Object.keys(of).join(' and ') || 'a balance'} to ${to} gives ${want}`, () => {
      const after = outcome({ status: from, ...of }, { status: to })
      expect(typeof after === 'string' ? after : (after as Account).status).toBe(want)
    })
})

describe('limits of an account that holds 60', () => {
  for (const [change, want] of [
    [{ minAvailable: 60n }, 'done'],
    [{ minAvailable: 61n }, 'limit_refused'],
    [{ maxBalance: 60n }, 'done'],
    [{ maxBalance: 59n }, 'limit_refused'],
    [{ minAvailable: -5n, maxBalance: 100n }, 'done'],
    [{ minAvailable: 71n, maxBalance: 70n }, 'parameter_invalid'],
    [{ minAvailable: 0n, ifVersion: 3n }, 'done'],
    [{ minAvailable: 0n, ifVersion: 2n }, 'version_conflict'],
  ] as const)
    test(`${Object.entries(change).join(' ')} gives ${want}`, () => {
      const after = outcome({}, change)
      expect(typeof after === 'string' ? after : 'done').toBe(want)
    })
  test('null lifts one and leaves the other', () =>
    expect(outcome({ minAvailable: 0n, maxBalance: 90n }, { minAvailable: null })).toMatchObject({
      minAvailable: null,
      maxBalance: 90n,
    }))
})

describe('limits of an account that holds 60, of which 10 are held, and 5 more are to come', () => {
  for (const [change, want] of [
    [{ minAvailable: 50n }, 'done'],
    [{ minAvailable: 51n }, 'limit_refused'],
    [{ maxBalance: 65n }, 'done'],
    [{ maxBalance: 64n }, 'limit_refused'],
  ] as const)
    test(`${Object.entries(change).join(' ')} gives ${want}`, () => {
      const after = outcome({ pendingCredits: 10n, pendingDebits: 5n }, change)
      expect(typeof after === 'string' ? after : 'done').toBe(want)
    })
})

test("Micro's accounts are not changed", () =>
  expect(outcome({ system: true }, { name: 'x' })).toBe('account_reserved'))
