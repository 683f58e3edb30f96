import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import { describe, expect, test } from 'vitest'
import { backoffMs, isPassing, retryAfterMsOf } from './backoff.ts'
import { Failure } from './failure.ts'

const answered = (status: number, retryAfter?: number): ApiError =>
  new ApiError({
    status,
    body: { error: { type: 'api_error', message: `answered with ${status}` } },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })

describe('a rest is twice as long each time, up to the longest, and half of that at least', () => {
  for (const [attempt, whole] of [
    [0, 200],
    [1, 400],
    [4, 3_200],
    [5, 5_000],
    [2_000, 5_000],
  ] as const)
    test(`after attempt ${attempt} it is ${whole / 2} to ${whole} ms`, () => {
      for (let round = 0; round < 50; round++) {
        const ms = backoffMs({ msMin: 200, msMax: 5_000 }, attempt)
        expect(ms).toBeGreaterThanOrEqual(whole / 2)
        expect(ms).toBeLessThanOrEqual(whole)
      }
    })
})

describe('worth another try', () => {
  for (const [name, error, want] of [
    ['nobody there', new ConnectionError('gone'), true],
    ['a stream that broke', new StreamBrokenError('cut'), true],
    ['a limit', answered(429), true],
    ['a busy server', answered(503), true],
    ['an error told in the middle of a stream', answered(200), true],
    ['a refusal', answered(400), false],
    ['a key that does not count', answered(401), false],
    ['a failure of ours, even of a server that is away', new Failure('no', { exitCode: 6 }), false],
    ['a bug', new TypeError('undefined is not a function'), false],
  ] as const)
    test(`${name}: ${want}`, () => expect(isPassing(error)).toBe(want))
})

test('what a server asks for is kept to, up to a minute', () => {
  expect(
    [answered(429, 7), answered(429, 9_999), answered(429), new ConnectionError('gone')].map(retryAfterMsOf),
  ).toEqual([7_000, 60_000, 0, 0])
})
