import { assert, Fault } from '@micro/kernel'
import type { NewAccount } from '../accounts/account.ts'
import type { BookKey } from '../books/book.ts'
import { accountParam, amountParam, type Entry } from '../transactions/entries.ts'
import type { StoredTransaction, Transaction } from '../transactions/transaction.ts'

/** What only Micro's own transactions bring along: their currency, and accounts made on first use. */
export interface SystemPosting {
  readonly currency: string
  readonly accounts: readonly NewAccount[]
}

/** A transaction to record, its entries normalised. */
export interface PostRequest {
  readonly book: BookKey
  readonly reference: string
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
  readonly system?: SystemPosting
}

export interface PostResult {
  /** True when the same transaction had been recorded before; nothing was written. */
  readonly replayed: boolean
  readonly transaction: Transaction
}

/** An account as the decision needs it. */
export interface AccountState {
  /** The account's number inside the database. */
  readonly account: bigint
  readonly currency: string
  readonly type: string
  readonly credits: bigint
  readonly debits: bigint
  readonly version: bigint
}

/** What was true when the book was locked. */
export interface BookState {
  /** The book's number inside the database. */
  readonly book: bigint
  readonly seqLast: bigint
  readonly recordedLast: Date | null
  readonly existing: StoredTransaction | undefined
  readonly accounts: ReadonlyMap<string, AccountState>
}

/** One entry, ready to be written. */
export interface EntryWrite {
  readonly account: bigint
  readonly amount: bigint
  readonly balanceAfter: bigint
  readonly accountVersion: bigint
}

export type Decision =
  | { readonly kind: 'replay'; readonly transaction: Transaction }
  | { readonly kind: 'record'; readonly transaction: StoredTransaction; readonly writes: readonly EntryWrite[] }

/** What numeric(38,0) holds. */
const sumMax = 10n ** 38n - 1n

const accountsOf = ({ entries, system }: PostRequest, known: ReadonlyMap<string, AccountState>): AccountState[] => {
  const states = entries.map(({ account: id }, at) => {
    const state = known.get(id)
    if (state === undefined)
      throw new Fault('parameter_resource_missing', { param: accountParam(at), resource: 'ledger account', id })
    return state
  })
  const expected = system?.currency ?? states[0]?.currency
  for (const [at, { currency }] of states.entries()) {
    if (currency !== expected) {
      throw new Fault('currency_mismatch', {
        param: accountParam(at),
        account: entries[at]?.account,
        currency,
        expected,
      })
    }
  }
  return states
}

const checkBalanced = (entries: readonly Entry[], currency: string): void => {
  const difference = entries.reduce((sum, { amount }) => sum + amount, 0n)
  if (difference !== 0n) throw new Fault('transaction_unbalanced', { param: 'entries', difference, currency })
}

const writesOf = (entries: readonly Entry[], states: readonly AccountState[]): EntryWrite[] => {
  const running = new Map(states.map((state) => [state.account, { ...state }]))
  return entries.map(({ amount }, at) => {
    const state = running.get(states[at]?.account ?? 0n)
    assert(state !== undefined, `entry ${at} has no account`)
    if (amount > 0n) state.credits += amount
    else state.debits -= amount
    if (state.credits > sumMax || state.debits > sumMax) throw new Fault('sum_out_of_range', { param: amountParam(at) })
    state.version += 1n
    return { account: state.account, amount, balanceAfter: state.credits - state.debits, accountVersion: state.version }
  })
}

/** Time does not run backwards within a book, whatever the machine's clock does. */
const recordedAt = (now: Date, last: Date | null): Date => (last !== null && last > now ? last : now)

/**
 * Decides one posting on the locked state of its book. The reference comes first: a repeat is answered with what is
 * stored, without another look at the accounts.
 * @throws Fault reference_conflict, parameter_resource_missing, currency_mismatch, transaction_unbalanced, sum_out_of_range
 */
export const decide = (
  state: BookState,
  request: PostRequest,
  { now, id, fingerprint }: { now: Date; id: string; fingerprint: Buffer },
): Decision => {
  const { existing } = state
  if (existing !== undefined) {
    if (!existing.fingerprint.equals(fingerprint)) {
      throw new Fault('reference_conflict', { param: 'reference_id', reference: request.reference })
    }
    return { kind: 'replay', transaction: existing }
  }
  const states = accountsOf(request, state.accounts)
  const currency = states[0]?.currency
  assert(currency !== undefined, 'a transaction has entries')
  checkBalanced(request.entries, currency)
  const writes = writesOf(request.entries, states)
  // From here the transaction must succeed.
  const transaction: StoredTransaction = {
    id,
    mode: request.book.mode,
    seq: state.seqLast + 1n,
    reference: request.reference,
    description: request.description,
    currency,
    metadata: request.metadata,
    entries: request.entries,
    createdAt: recordedAt(now, state.recordedLast),
    fingerprint,
  }
  return { kind: 'record', transaction, writes }
}
