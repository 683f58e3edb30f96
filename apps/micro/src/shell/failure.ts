/** Ends a command with one sentence on standard error. 1: it did not work; 2: it was asked for in a wrong way. */
export class Failure extends Error {
  override name = 'Failure'
  readonly exitCode: 1 | 2

  constructor(message: string, options: ErrorOptions & { exitCode?: 1 | 2 } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? 1
  }
}

/** The way out for a key that the server no longer takes, as after its data was deleted. */
export const newKeyHint = 'Log in again for a new key: micro login'

/** The command line itself is wrong: nothing was done. */
export const usageFailure = (message: string): Failure => new Failure(message, { exitCode: 2 })
