/** Names for the SQLSTATEs this platform decides on; the numbers are PostgreSQL's (appendix A of its manual). */
export const SQLSTATE = {
  uniqueViolation: '23505',
  foreignKeyViolation: '23503',
  checkViolation: '23514',
  notNullViolation: '23502',
  exclusionViolation: '23P01',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  lockNotAvailable: '55P03',
  queryCanceled: '57014',
  insufficientPrivilege: '42501',
  featureNotSupported: '0A000',
  duplicateDatabase: '42P04',
  inFailedTransaction: '25P02',
  readOnlyTransaction: '25006',
} as const

/** The database could not be reached, or the connection broke before the outcome of a COMMIT was at stake. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/**
 * The connection was lost while COMMIT was under way: the work is either wholly done or wholly undone, and only a
 * later read can tell. Never retried here; a caller with an idempotency key converges by asking again.
 */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError'
}

/** COMMIT was answered with ROLLBACK: a statement had failed and its error was swallowed by the work. */
export class TransactionAbortedError extends Error {
  override readonly name = 'TransactionAbortedError'
}

/** A transaction's `sql` was used after its COMMIT or ROLLBACK: a bug of the caller, often a missing await. */
export class TransactionFinishedError extends Error {
  override readonly name = 'TransactionFinishedError'
}

/** The migrations folder and the database do not fit together; nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

type PostgresErrorFields = { code?: unknown; constraint?: unknown; severity?: unknown; routine?: unknown }

const fields = (error: unknown): PostgresErrorFields => (error instanceof Error ? (error as PostgresErrorFields) : {})

/** The SQLSTATE of a server error, or undefined when the error did not come from PostgreSQL. */
export const sqlState = (error: unknown): string | undefined => {
  const { code, severity } = fields(error)
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined
}

const violates = (state: string) => (error: unknown, constraint?: string) =>
  sqlState(error) === state && (constraint === undefined || fields(error).constraint === constraint)

/** True for a unique violation, of the named constraint or index when one is given. */
export const isUniqueViolation: (error: unknown, constraint?: string) => boolean = violates(SQLSTATE.uniqueViolation)
/** True for a foreign key violation, of the named constraint when one is given. */
export const isForeignKeyViolation = violates(SQLSTATE.foreignKeyViolation)
/** True for a check violation, of the named constraint when one is given. */
export const isCheckViolation = violates(SQLSTATE.checkViolation)

/** True when running the whole transaction again may succeed: serialization failure or deadlock. */
export const isRetryable = (error: unknown) => {
  const state = sqlState(error)
  return state === SQLSTATE.serializationFailure || state === SQLSTATE.deadlockDetected
}

/** True when a named statement's plan went stale because a migration changed its result columns under it. */
export const isStalePlan = (error: unknown) =>
  sqlState(error) === SQLSTATE.featureNotSupported && fields(error).routine === 'RevalidateCachedQuery'

// Class 08 is "connection exception"; 57P01..57P05 and 25P03 are shutdowns and evictions; 53300 is "too many connections".
const CONNECTION_STATE = /^(08...|57P0[1-5]|25P03|53300)$/

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EMFILE',
  'ENFILE',
])

// The driver reports these without a code.
const DRIVER_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|Query read timeout)/

/** True when the database was unreachable, went away, or had no free connection in time: the caller answers 503. */
export const isConnectionError = (error: unknown): boolean => {
  if (error instanceof ConnectionError) return true
  if (!(error instanceof Error)) return false
  const state = sqlState(error)
  if (state !== undefined) return CONNECTION_STATE.test(state)
  const { code } = fields(error)
  return (typeof code === 'string' && SOCKET_CODES.has(code)) || DRIVER_MESSAGE.test(error.message)
}

/** True when the server ended the session along with the statement, so its last words do not tell the outcome. */
export const isSessionLost = (error: unknown) => {
  const { severity } = fields(error)
  return isConnectionError(error) || severity === 'FATAL' || severity === 'PANIC'
}

// Class 53 is "insufficient resources": disk, memory, connections; 57014 is statement_timeout, 55P03 lock_timeout,
// 58030 a disk that failed; 25006 a standby, after the server of this address became one.
const PASSING_STATE = /^(53...|57014|55P03|58030|25006)$/

/**
 * True when PostgreSQL could not do the work just now and did none of it, though nothing is wrong with it: out of
 * reach, out of room or time, or in the way of another transaction once too often. The caller answers 503.
 */
export const isPassing = (error: unknown): boolean =>
  isConnectionError(error) || isRetryable(error) || PASSING_STATE.test(sqlState(error) ?? '')

/** True when no one else should be given this session: lost, holding a stale plan, or led to a server that is a standby now. */
export const isSessionUnfit = (error: unknown): boolean =>
  isSessionLost(error) || isStalePlan(error) || sqlState(error) === SQLSTATE.readOnlyTransaction
