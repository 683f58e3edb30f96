import type { LedgerVerification } from '@micro/contracts'
import { expect, test } from 'vitest'
import { partDone, progressText, verdictOf } from './verdict.ts'

const found = (more: Partial<LedgerVerification>): LedgerVerification => ({
  object: 'ledger.verification',
  status: 'sound',
  checked: 12,
  of: 12,
  entries: 30,
  accounts: 4,
  checkpoints: 0,
  first_bad_seq: null,
  hash: 'ab',
  problems: [],
  livemode: false,
  ...more,
})

for (const [name, more, tone, text] of [
  ['a sound ledger', {}, 'good', '12 transactions balanced'],
  ['a single entry', { checked: 1, entries: 1, accounts: 1 }, 'good', '1 entry adds up to what 1 account says'],
  ['a ledger with checkpoints', { checkpoints: 2 }, 'good', 'of which 2 checkpoints were signed'],
  ['an empty ledger', { checked: 0, of: 0 }, 'calm', 'no transaction so far'],
  ['a ledger that was tampered with', { status: 'wrong', first_bad_seq: 7 }, 'bad', 'is no. 7. Keep a copy'],
  ['an account that is wrong by itself', { status: 'wrong' }, 'bad', 'Keep a copy'],
] as const)
  test(`of ${name} it is said plainly`, () => {
    const verdict = verdictOf(found(more))
    expect(verdict.tone).toBe(tone)
    expect(verdict.text).toContain(text)
  })

test('it is told how far a verification has come', () => {
  const progress = { ...found({ checked: 3 }), object: 'ledger.verification_progress' } as const
  expect([progressText(progress), partDone(progress)]).toEqual(['3 of 12 transactions derived anew', 0.25])
  expect(progressText({ ...progress, checked: 12 })).toBe('30 entries added up, 4 accounts compared')
  expect(partDone({ checked: 0, of: 0 })).toBe(1)
})
