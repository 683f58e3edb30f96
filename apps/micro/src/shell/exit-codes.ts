import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import { Failure } from './failure.ts'

/** How a command ends, for scripts; the reference page prints this list. */
export const exitCodes = {
  done: 0,
  failed: 1,
  misused: 2,
  refusedCredential: 3,
  missing: 4,
  refused: 5,
  unavailable: 6,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What each means, in one clause. */
export const exitCodeTexts: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  failed: 'it failed, or found what it was to look for: a difference, an unsound ledger, a problem',
  misused: 'the command line is wrong; nothing was done',
  refusedCredential: 'not logged in, or the key is not accepted or may not do this (HTTP 401, 403)',
  missing: 'there is no such thing (HTTP 404)',
  refused: 'the server refused the request, as for a declined card (HTTP 400, 402, 409 and the like)',
  unavailable: 'the server could not be reached, is busy or failed (HTTP 429, 5xx): worth another try',
}

const ofStatus = (status: number): ExitCode => {
  if (status === 401 || status === 403) return exitCodes.refusedCredential
  if (status === 404) return exitCodes.missing
  // Below 400: an error told in the middle of a stream that had begun well.
  return status === 429 || status >= 500 || status < 400 ? exitCodes.unavailable : exitCodes.refused
}

/** The exit code of a command that ended with this error. */
export const exitCodeOf = (error: unknown): ExitCode => {
  if (error instanceof Failure) return error.exitCode
  if (error instanceof ApiError) return ofStatus(error.status)
  const isAway = error instanceof ConnectionError || error instanceof StreamBrokenError
  return isAway ? exitCodes.unavailable : exitCodes.failed
}
