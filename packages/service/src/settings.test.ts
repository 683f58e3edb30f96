import { expect, test } from 'vitest'
import { ConfigurationError, readSettings } from './settings.ts'

test('what is not set, or set to nothing, has its fallback', () => {
  const { text, integer, list, done } = readSettings({ EMPTY: ' ' })
  const isAny = { check: () => true, expected: 'anything' }
  expect(done([text('EMPTY', 'a'), integer('NONE', { fallback: 7, min: 1, max: 9 }), list('EMPTY', isAny)])).toEqual([
    'a',
    7,
    [],
  ])
})

for (const given of ['1', ' 9 '])
  test(`'${given}' is a whole number from 1 to 9`, () =>
    expect(readSettings({ N: given }).integer('N', { fallback: 5, min: 1, max: 9 })).toBe(Number(given)))

for (const given of ['0', '10', '-1', '+5', '5.0', '1e0', '0x5', '٥', '5 5', '9999999999'])
  test(`'${given}' is no whole number from 1 to 9, and the complaint shows it`, () => {
    const { integer, done } = readSettings({ N: given })
    integer('N', { fallback: 5, min: 1, max: 9 })
    expect(() => done({})).toThrow(new ConfigurationError([`N must be a whole number from 1 to 9, got '${given}'`]))
  })

test('everything wrong is told at once, that of readers taken in too', () => {
  const { text, including, complain, done } = readSettings({ INNER: 'x' })
  including(() => {
    const inner = readSettings({ INNER: 'x' })
    return inner.done(inner.integer('INNER', { fallback: 1, min: 0, max: 1 }))
  })
  text('OUTER')
  complain('OTHER is odd')
  const problems = ["INNER must be a whole number from 0 to 1, got 'x'", 'OUTER is missing', 'OTHER is odd']
  expect(() => done({})).toThrow(expect.objectContaining({ problems }))
})

test('settings cannot be changed afterwards', () => expect(Object.isFrozen(readSettings({}).done({ a: 1 }))).toBe(true))
