import type { AccountStatus, AccountType } from '@micro/contracts'
import type { Limits } from '../accounts/account.ts'
import type { StoredTransaction } from '../transactions/transaction.ts'
import type { ParentState } from './parent.ts'

/** An account as the decision needs it; what is decided moves it. */
export interface AccountState extends Limits {
  /** The account's number inside the database. */
  readonly account: bigint
  readonly currency: string
  readonly type: AccountType
  readonly status: AccountStatus
  credits: bigint
  debits: bigint
  /** What holds set aside of each side. */
  pendingCredits: bigint
  pendingDebits: bigint
  version: bigint
}

/** A locked book. What is decided on it moves it, so that the next decision stands on this one. */
export interface BookState {
  /** The book's number inside the database. */
  readonly book: bigint
  seqLast: bigint
  recordedLast: Date | null
  /** The last transaction's hash, or what the first one follows. */
  hashLast: Buffer
  /** By the names the merchant gave them: all that the requests name and that exist. */
  readonly accounts: ReadonlyMap<string, AccountState>
  /** By reference: all that the requests name and that are recorded. */
  readonly recorded: Map<string, StoredTransaction>
  /** By id: the holds and reversed transactions that the requests name. */
  readonly parents: ReadonlyMap<string, ParentState>
}

/** Remembers what of a book these accounts and references are. The function returned brings it all back there. */
export const remember = (
  state: BookState,
  touched: { accounts: ReadonlySet<string>; references: ReadonlySet<string>; parents: ReadonlySet<string> },
): (() => void) => {
  const { seqLast, recordedLast, hashLast } = state
  const fresh = [...touched.references].filter((reference) => !state.recorded.has(reference))
  const accounts = [...touched.accounts].flatMap((name) => {
    const account = state.accounts.get(name)
    return account === undefined ? [] : [[account, { ...account }] as const]
  })
  const parents = [...touched.parents].flatMap((id) => {
    const parent = state.parents.get(id)
    return parent === undefined ? [] : [[parent, { ...parent, remaining: new Map(parent.remaining) }] as const]
  })
  return () => {
    Object.assign(state, { seqLast, recordedLast, hashLast })
    for (const reference of fresh) state.recorded.delete(reference)
    for (const [account, before] of accounts) Object.assign(account, before)
    for (const [parent, before] of parents) Object.assign(parent, before)
  }
}
