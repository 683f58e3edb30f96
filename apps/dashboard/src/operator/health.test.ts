import { lagNames } from '@micro/contracts'
import { expect, test } from 'vitest'
import { busOf, lagState, limiterOf, spanText, standingOf, wholeOf } from './health.ts'

test('a service stands as the gateway found it; the gateway answered, so it works', () => {
  const services = { auth: { status: 'ok' }, ledger: { status: 'unavailable', reason: 'No answer.' } } as const
  expect(standingOf({ services }, 'gateway')).toEqual({ text: 'Works', tone: 'good' })
  expect(standingOf({ services }, 'auth')).toEqual({ text: 'Works', tone: 'good' })
  expect(standingOf({ services }, 'ledger')).toEqual({ text: 'Away', tone: 'bad', reason: 'No answer.' })
  expect(standingOf({ services }, 'events')).toEqual({ text: 'Not known', tone: 'calm' })
})

test('what is wrong is told in colour and in words', () => {
  for (const [status, tone] of [
    ['ok', 'good'],
    ['degraded', 'warn'],
    ['unavailable', 'bad'],
  ] as const)
    expect(wholeOf({ status })).toMatchObject({ tone })
  expect(limiterOf({ limiter: { status: 'exact' } }).tone).toBe('good')
  expect(limiterOf({ limiter: { status: 'local', reason: 'Redis is away.' } })).toMatchObject({
    tone: 'warn',
    means: 'Redis is away.',
  })
  expect(busOf({ bus: { status: 'ok' } }).tone).toBe('good')
  expect(busOf({ bus: { status: 'away' } }).tone).toBe('warn')
})

for (const name of Object.keys(lagNames))
  test(`${name} is told in words, and nothing of it is late where nothing waits`, () => {
    const { text, late } = lagState({ name, waiting: 0, oldest_seconds: 0 })
    expect(text).not.toBe(name)
    expect(late).toBe(false)
  })

for (const [name, waiting, oldest_seconds, late] of [
  ['outbox', 5, 3, false],
  ['outbox', 5, 61, true],
  ['movements', 1, 600, true],
  ['deliveries', 500, 86_400, false],
  ['verification', 500, null, false],
  ['wrong_books', 1, null, true],
  ['dead_letters', 1, 0, true],
  ['of_a_later_version', 1, 99_999, false],
] as const)
  test(`${waiting} of ${name}, the oldest ${oldest_seconds} s old, ${late ? 'are' : 'are not'} worth a look`, () => {
    const state = lagState({ name, waiting, oldest_seconds })
    expect(state.late).toBe(late)
    expect(state.remedy !== undefined).toBe(late)
  })

for (const [seconds, text] of [
  [0, '0 s'],
  [99, '99 s'],
  [720, '12 min'],
  [10_800, '3 h'],
  [432_000, '5 days'],
] as const)
  test(`${seconds} s are ${text}`, () => expect(spanText(seconds)).toBe(text))
