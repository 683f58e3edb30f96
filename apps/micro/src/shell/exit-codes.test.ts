import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import { expect, test } from 'vitest'
import { exitCodeOf } from './exit-codes.ts'
import { Failure, credentialFailure, usageFailure } from './failure.ts'

const answered = (status: number) =>
  new ApiError({ status, body: { error: { type: 'invalid_request_error', message: 'no' } } })

for (const [error, code] of [
  [new Failure('no'), 1],
  [new Error('a bug'), 1],
  [usageFailure('no'), 2],
  [credentialFailure('no'), 3],
  [answered(401), 3],
  [answered(403), 3],
  [answered(404), 4],
  [answered(400), 5],
  [answered(402), 5],
  [answered(409), 5],
  [answered(429), 6],
  [answered(500), 6],
  [answered(503), 6],
  // Told in the middle of a stream that had begun well.
  [answered(200), 6],
  [new ConnectionError('away'), 6],
  [new StreamBrokenError('broken'), 6],
] as const)
  test(`${error.name} ${error instanceof ApiError ? error.status : ''} ends with ${code}`, () =>
    expect(exitCodeOf(error)).toBe(code))
