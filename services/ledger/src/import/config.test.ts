import { expect, test } from 'vitest'
import { readImportConfig } from './config.ts'

const to = ['--merchant', 'acct_x', '--mode', 'test']

test('the login that migrates is the owner, and goes before that of the service', () => {
  const owner = 'postgres://owner@h/l'
  expect(readImportConfig(['-', ...to], { DB_DSN: 'postgres://app@h/l', MIGRATE_DSN: owner })).toEqual({
    url: owner,
    book: { merchant: 'acct_x', mode: 'test' },
    file: '-',
  })
  expect(readImportConfig(['f', ...to], { DB_DSN: owner }).url).toBe(owner)
})

for (const [name, args, want] of [
  ['no merchant', ['-', '--mode', 'test'], '--merchant must be'],
  ['no mode', ['-', '--merchant', 'acct_x'], '--mode must be test or live'],
  ['another mode', ['-', '--merchant', 'acct_x', '--mode', 'both'], '--mode must be test or live'],
  ['no file', to, 'name one file'],
  ['two files', ['a', 'b', ...to], 'name one file'],
  ['an option nobody knows', ['-', '--force', ...to], '--force'],
] as const)
  test(`${name} is told in a sentence`, () =>
    expect(() => readImportConfig(args, { DB_DSN: 'postgres://x@h/l' })).toThrow(want))
