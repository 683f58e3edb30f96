import type { ExitCode } from './exit-codes.ts'

/** Ends a command with one sentence on standard error, and an exit code of `exit-codes.ts`: 1 unless it says so. */
export class Failure extends Error {
  override name = 'Failure'
  readonly exitCode: ExitCode

  constructor(message: string, options: ErrorOptions & { exitCode?: ExitCode } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? 1
  }
}

/** The way out for a key that the server no longer takes, as after its data was deleted. */
export const newKeyHint = 'Log in again for a new key: micro login'

/** The command line itself is wrong: nothing was done. */
export const usageFailure = (message: string): Failure => new Failure(message, { exitCode: 2 })

/** Nobody is logged in, or not as somebody who may. */
export const credentialFailure = (message: string, cause?: unknown): Failure =>
  new Failure(message, { exitCode: 3, cause })
