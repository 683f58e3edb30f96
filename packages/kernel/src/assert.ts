/** Raised when something that cannot happen did: our bug, never the caller's. Answered as a 500, logged loudly. */
export class AssertionError extends Error {
  override name = 'AssertionError'
}

/** States one fact the surrounding code relies on. Stays on in production: a wrong ledger is worse than a failed call. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Marks a branch the types say is unreachable; leaving out a case of a union fails to compile. */
export const unreachable = (value: never): never => {
  throw new AssertionError(`unreachable value: ${String(value)}`)
}
