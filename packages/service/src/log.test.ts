import { newApiKey } from '@micro/signing'
import { describe, expect, test } from 'vitest'
import { createLogger, passesLuhn, redactText } from './log.ts'

const logged = (write: (log: ReturnType<typeof createLogger>) => void): string => {
  let text = ''
  write(createLogger({ service: 'test', destination: { write: (line) => (text += line) } }))
  return text
}

describe('a secret never reaches the log', () => {
  const key = newApiKey('test')
  for (const [what, secret, write] of [
    ['an API key in a message', key, (log) => log.info(`called with ${key}`)],
    ['an API key in any field', key, (log) => log.info({ anything: { deep: [key] } }, 'x')],
    ['a password field', 'hunter22', (log) => log.info({ body: { password: 'hunter22' } }, 'x')],
    ['a password at any depth', 'hunter22', (log) => log.info({ a: [{ b: { c: { password: ['hunter22'] } } }] }, 'x')],
    ['a header as a client spells it', 'hunter22', (log) => log.info({ headers: { Authorization: 'hunter22' } }, 'x')],
    ['a card number as a number', '4242424242424242', (log) => log.info({ card: { number: 4242424242424242 } }, 'x')],
    ['an error with a key in it', key, (log) => log.error({ err: new Error(`bad key ${key}`) }, 'x')],
    ['an error with a key at the start of a line', key, (log) => log.error({ err: new Error(`bad key\n${key}`) }, 'x')],
    ['a card number after a tab', '4242424242424242', (log) => log.info('card\t4242424242424242')],
    [
      'a JWT at the start of a line',
      'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2ln',
      (log) => log.info('a\neyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2ln'),
    ],
    [
      'a JWT',
      'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2ln',
      (log) => log.info('token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2ln'),
    ],
    ['an endpoint secret', 'whsec_0123456789abcdef', (log) => log.info({ note: 'whsec_0123456789abcdef' }, 'x')],
    ['an invitation', `inv_${'0a'.repeat(32)}`, (log) => log.info(`took inv_${'0a'.repeat(32)}`)],
    [
      'what a cookie holds',
      `bs_${'0a'.repeat(32)}`,
      (log) => log.info({ path: `/v1/customers/bs_${'0a'.repeat(32)}` }),
    ],
    ['a pairing token', `pairt_${'a-_9'.repeat(11)}`, (log) => log.info(`GET /auth/pairt_${'a-_9'.repeat(11)}?x`)],
    ['a command line’s session', `cliws_${'-b_9'.repeat(11)}`, (log) => log.info({ id: `cliws_${'-b_9'.repeat(11)}` })],
    ['a client secret', 'secret_0aB9', (log) => log.info('/v1/payment_intents/pi_1?client_secret=pi_1_secret_0aB9')],
    ['a setup’s client secret', 'secret_0aB9', (log) => log.info({ note: 'a\nseti_1_secret_0aB9' }, 'x')],
    ['a card number', '4242424242424242', (log) => log.info({ note: 'card 4242424242424242' }, 'x')],
    ['a card number in groups', '4242 4242 4242 4242', (log) => log.info('card 4242 4242 4242 4242')],
    ['a card number in dotted groups', '4242.4242.4242.4242', (log) => log.info('card 4242.4242.4242.4242')],
  ] as const satisfies readonly (readonly [string, string, (log: ReturnType<typeof createLogger>) => void])[]) {
    test(what, () => expect(logged(write)).not.toContain(secret))
  }
})

// A pattern that starts over at each of them would take minutes.
for (const piece of [
  'eyJ-',
  'eyJ.',
  '\\neyJ-',
  'sk_test_aaaa-',
  'rt_',
  'whsec_-',
  'pairt_',
  '-pi_1_',
  'pi_1_secret_',
  '4 ',
  '4-',
  '4242 4242 4242 424x ',
])
  // A pattern that backtracks would take hours.
  test(`a megabyte of '${piece}' is looked through to its end`, { timeout: 60_000 }, () => {
    expect(redactText(piece.repeat(2 ** 20 / piece.length)).length).toBeGreaterThan(0)
  })

test('ids, amounts and times stay readable', () => {
  const line = 'pi_0abc 1795000000 5000 2026-11-23T18:40:00.000Z evt_1'
  expect(redactText(line)).toBe(line)
})

for (const [digits, want] of [
  ['4242424242424242', true],
  ['4242424242424241', false],
  ['378282246310005', true],
] as const) {
  test(`${digits} ${want ? 'passes' : 'fails'} the Luhn check`, () => expect(passesLuhn(digits)).toBe(want))
}
