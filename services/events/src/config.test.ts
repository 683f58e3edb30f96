import { expect, test } from 'vitest'
import { defaultEventsConfig, readEventsConfig } from './config.ts'

test('without settings the defaults hold', () => expect(readEventsConfig({})).toEqual(defaultEventsConfig))

test('every wrong setting is named at once', () => {
  const read = () => readEventsConfig({ MICRO_EVENTS_POLL_MS: 'soon', MICRO_EVENTS_LEASE_MS: '1' })
  expect(read).toThrow(/MICRO_EVENTS_LEASE_MS must be .* got '1'\n.*MICRO_EVENTS_POLL_MS must be .* got 'soon'/)
})

for (const days of ['6', '401', 'all'])
  test(`events cannot be kept for ${days} days`, () =>
    expect(() => readEventsConfig({ MICRO_EVENTS_RETENTION_DAYS: days })).toThrow(
      /MICRO_EVENTS_RETENTION_DAYS must be/,
    ))

test('the configuration cannot be changed afterwards', () =>
  expect(Object.isFrozen(readEventsConfig({ MICRO_EVENTS_BATCH: '9' }))).toBe(true))
