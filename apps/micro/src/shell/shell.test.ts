import { expect, test } from 'vitest'
import { didYouMean } from './suggest.ts'
import { createTerminal, printable, table } from './terminal.ts'

for (const [given, want] of [
  ['payment_intent.succeded', ' Did you mean payment_intent.succeeded?'],
  ['charge', ' Did you mean charge.succeeded or charge.failed?'],
  ['bananas', ''],
  ['', ''],
] as const)
  test(`'${given}' suggests '${want}'`, () =>
    expect(didYouMean(given, ['payment_intent.succeeded', 'charge.succeeded', 'charge.failed'])).toBe(want))

test('text from elsewhere cannot move the cursor, change colours or start a new line', () => {
  expect(printable('a\u001b[31mred\nb\u202ec\u0007')).toBe('a\ufffd[31mred b\ufffdc\ufffd')
})

for (const [name, isTTY, colour, want] of [
  ['a terminal', true, true, '\u001b[31mx\u001b[39m'],
  ['a terminal without colour', true, false, 'x'],
  ['a pipe', undefined, true, 'x'],
] as const)
  test(`on ${name} paint gives ${JSON.stringify(want)}`, () => {
    const output = { write: () => true, isTTY }
    expect(createTerminal({ stdout: output, stderr: output, colour }).paint('red', 'x')).toBe(want)
  })

test('columns line up, without trailing space', () => {
  expect(
    table([
      ['ID', 'NAME'],
      ['key_1', 'a'],
      ['k', ''],
    ]),
  ).toEqual(['ID     NAME', 'key_1  a', 'k'])
})
