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

/** An account as the decision needs it; what is decided moves it. */
export interface AccountState {
  /** The account's number inside the database. */
  readonly account: bigint
  readonly currency: string
  readonly type: string
  credits: bigint
  debits: bigint
  version: bigint
}

/** A locked book. What is decided on it moves it, so that the next decision stands on this one. */
export interface BookState {
  /** The book's number inside the database. */
  readonly book: bigint
  seqLast: bigint
  recordedLast: Date | null
  /** By the names the merchant gave them: all that the requests name and that exist. */
  readonly accounts: ReadonlyMap<string, AccountState>
  /** By reference: all that the requests name and that are recorded. */
  readonly recorded: Map<string, StoredTransaction>
}

/** One entry, ready to be written. */
export interface EntryWrite {
  readonly account: bigint
  readonly amount: bigint
  readonly balanceAfter: bigint
  readonly accountVersion: bigint
}

export type Decision =
  | { readonly kind: 'replay'; readonly transaction: StoredTransaction }
  | { readonly kind: 'record'; readonly transaction: StoredTransaction; readonly writes: readonly EntryWrite[] }

/** What numeric(38,0) holds. */
const sumMax = 10n ** 38n - 1n

const checkSystemAccounts = ({ accounts }: BookState, { system }: PostRequest): void => {
  for (const [at, { id, type }] of (system?.accounts ?? []).entries()) {
    const known = accounts.get(id)
    if (known !== undefined && known.type !== type)
      throw new Fault('account_exists', { param: `accounts[${at}][id]`, account: id })
  }
}

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
  let difference = 0n
  for (const { amount } of entries) difference += amount
  if (difference !== 0n) throw new Fault('transaction_unbalanced', { param: 'entries', difference, currency })
}

/** Judges the entries one after another, each on what those before it left of its account. */
const checkEachSum = (entries: readonly Entry[], states: readonly AccountState[]): void => {
  const sums = new Map(states.map((state) => [state, { credits: state.credits, debits: state.debits }]))
  for (const [at, { amount }] of entries.entries()) {
    const sum = sums.get(states[at] as AccountState)
    assert(sum !== undefined, `entry ${at} has no account`)
    if (amount > 0n) sum.credits += amount
    else sum.debits -= amount
    if (sum.credits > sumMax || sum.debits > sumMax) throw new Fault('sum_out_of_range', { param: amountParam(at) })
  }
}

const checkSums = (entries: readonly Entry[], states: readonly AccountState[]): void => {
  // What moves in all is a bound for every account, and is nearly always far from the largest sum.
  const moved = entries.reduce((sum, { amount }) => (amount > 0n ? sum + amount : sum), 0n)
  const room = sumMax - moved
  if (states.some(({ credits, debits }) => credits > room || debits > room)) checkEachSum(entries, states)
}

const apply = ({ amount }: Entry, state: AccountState): EntryWrite => {
  if (amount > 0n) state.credits += amount
  else state.debits -= amount
  state.version += 1n
  return { account: state.account, amount, balanceAfter: state.credits - state.debits, accountVersion: state.version }
}

/** Time does not run backwards within a book, whatever the machine's clock does. */
const recordedAt = (now: Date, last: Date | null): Date => (last !== null && last > now ? last : now)

/**
 * Decides one posting on the locked state of its book, and moves the state on. The reference comes first: a repeat is
 * answered with what is recorded, without another look at the accounts. A request that is refused leaves no trace.
 * @throws Fault reference_conflict, account_exists, parameter_resource_missing, currency_mismatch,
 * transaction_unbalanced, sum_out_of_range
 */
export const decide = (
  state: BookState,
  request: PostRequest,
  { now, id, fingerprint }: { now: Date; id: string; fingerprint: Buffer },
): Decision => {
  const existing = state.recorded.get(request.reference)
  if (existing !== undefined) {
    if (!existing.fingerprint.equals(fingerprint)) {
      throw new Fault('reference_conflict', { param: 'reference_id', reference: request.reference })
    }
    return { kind: 'replay', transaction: existing }
  }
  checkSystemAccounts(state, request)
  const states = accountsOf(request, state.accounts)
  const currency = states[0]?.currency
  assert(currency !== undefined, 'a transaction has entries')
  checkBalanced(request.entries, currency)
  checkSums(request.entries, states)
  // From here the transaction must succeed.
  state.seqLast += 1n
  state.recordedLast = recordedAt(now, state.recordedLast)
  const transaction: StoredTransaction = {
    id,
    mode: request.book.mode,
    seq: state.seqLast,
    reference: request.reference,
    description: request.description,
    currency,
    metadata: request.metadata,
    entries: request.entries,
    createdAt: state.recordedLast,
    fingerprint,
  }
  state.recorded.set(request.reference, transaction)
  const writes = request.entries.map((entry, at) => {
    const account = states[at]
    assert(account !== undefined, `entry ${at} has no account`)
    return apply(entry, account)
  })
  return { kind: 'record', transaction, writes }
}
