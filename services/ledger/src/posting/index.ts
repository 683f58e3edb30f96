import { assert, Fault } from '@micro/kernel'
import {
  CommitUnknownError,
  isRetryable,
  isUniqueViolation,
  sqlState,
  SQLSTATE,
  type Database,
  type Sql,
  type TransactionSql,
} from '@micro/postgres'
import type { Runtime } from '@micro/service'
import { insertAccount } from '../accounts/account.store.ts'
import { insertBook } from '../books/book.store.ts'
import { laneOf } from '../books/lane.ts'
import { fingerprintOf } from '../transactions/fingerprint.ts'
import { findSeqByReference, loadTransactions } from '../transactions/transaction.store.ts'
import { decide, type BookState, type PostRequest, type PostResult } from './posting.ts'
import { insertTransaction, loadAccounts, lockBook } from './posting.store.ts'
import { createPostingMetrics } from './posting-metrics.ts'
import { createTurns } from './turns.ts'

export type { PostRequest, PostResult, SystemPosting } from './posting.ts'

/**
 * Records a transaction exactly once per reference, or answers with what is recorded. The one road for every write
 * of the ledger; what is behind it may change.
 * @throws Fault of posting.ts's `decide`, account_exists, ledger_busy, upstream_unavailable
 */
export type Post = (request: PostRequest) => Promise<PostResult>

const load = async (sql: Sql, request: PostRequest): Promise<BookState | undefined> => {
  const named = [
    ...request.entries.map(({ account }) => account),
    ...(request.system?.accounts ?? []).map(({ id }) => id),
  ]
  // Sent together, run in order: what follows the lock sees what its last holder committed.
  const [locked, accounts, seq] = await Promise.all([
    lockBook(sql, request.book),
    loadAccounts(sql, request.book, [...new Set(named)]),
    findSeqByReference(sql, request.book, request.reference),
  ])
  if (locked === undefined) return undefined
  const [existing] = seq === undefined ? [] : await loadTransactions(sql, request.book, [seq])
  return { ...locked, accounts, existing }
}

const isComplete = (state: BookState, { system }: PostRequest): boolean =>
  state.existing !== undefined || (system?.accounts ?? []).every(({ id }) => state.accounts.has(id))

/** Micro's own accounts are made when first used. */
const prepare = async (sql: Sql, request: PostRequest, now: Date): Promise<BookState | undefined> => {
  const state = await load(sql, request)
  if (request.system === undefined || (state !== undefined && isComplete(state, request))) return state
  await insertBook(sql, request.book, now)
  for (const account of request.system.accounts) await insertAccount(sql, request.book, account, now)
  return load(sql, request)
}

const checkSystemAccounts = ({ accounts }: BookState, { system }: PostRequest): void => {
  for (const [at, { id, type }] of (system?.accounts ?? []).entries()) {
    const known = accounts.get(id)
    if (known !== undefined && known.type !== type)
      throw new Fault('account_exists', { param: `accounts[${at}][id]`, account: id })
  }
}

const unopened: BookState = { book: 0n, seqLast: 0n, recordedLast: null, existing: undefined, accounts: new Map() }

const passing = (error: unknown): boolean => {
  const state = sqlState(error)
  return (
    isRetryable(error) ||
    state === SQLSTATE.lockNotAvailable ||
    state === SQLSTATE.queryCanceled ||
    isUniqueViolation(error)
  )
}

/** Posting under plain locks: one database transaction per posting, one posting at a time per book. */
export const createPosting = ({
  db,
  clock,
  newId,
  metrics,
  traces,
}: Pick<Runtime, 'clock' | 'newId' | 'metrics' | 'traces'> & { db: Database }): Post => {
  const attempt = (request: PostRequest): Promise<PostResult> =>
    db.transaction(async (sql: TransactionSql) => {
      const now = clock.now()
      const state = await prepare(sql, request, now)
      const facts = { now, id: newId('ledger_transaction'), fingerprint: fingerprintOf(request) }
      const decision = decide(state ?? unopened, request, facts)
      if (decision.kind === 'replay') return { replayed: true, transaction: decision.transaction }
      assert(state !== undefined, 'a posting that was decided has a book')
      checkSystemAccounts(state, request)
      await insertTransaction(sql.andCommit, { lane: laneOf(request.book), book: state.book }, decision)
      return { replayed: false, transaction: decision.transaction }
    })

  // Recorded or not, the reference makes a second attempt converge.
  const attemptTwice = (request: PostRequest): Promise<PostResult> =>
    attempt(request).catch((error: unknown) => {
      if (error instanceof CommitUnknownError) return attempt(request)
      throw error
    })

  const turns = createTurns()
  const postInTurn: Post = async (request) => {
    try {
      return await turns.take(`${request.book.mode}:${request.book.merchant}`, () => attemptTwice(request))
    } catch (error) {
      if (error instanceof CommitUnknownError)
        throw new Fault('upstream_unavailable', { service: 'ledger' }, { cause: error })
      if (passing(error)) throw new Fault('ledger_busy', {}, { cause: error })
      throw error
    }
  }

  const counted = createPostingMetrics(metrics, turns)
  return (request) => counted(() => traces.step('ledger posting', {}, () => postInTurn(request)))
}
