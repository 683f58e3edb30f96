import type { Layer } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import { normalBalanceOf, type NewAccount, type Sums } from '../accounts/account.ts'
import type { BookKey } from '../books/book.ts'
import { contentHashOf, linkOf } from '../chain/content.ts'
import type { AskedEntry, PlannedEntry } from '../transactions/entries.ts'
import type { RecordedEntry, StoredTransaction, Transaction } from '../transactions/transaction.ts'
import type { Action } from './action.ts'
import { checkBalanced } from './balanced.ts'
import { addEntry, checkConditions, checkLimits } from './limits.ts'
import { bookedAtOf, effectiveAtOf } from './period.ts'
import { followParent, planOf, type Plan } from './plan.ts'
import type { AccountState, BookState } from './state.ts'

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
  readonly entries: readonly AskedEntry[]
  /** What it does other than posting its entries. */
  readonly action?: Action | undefined
  /** When it takes effect; when it is recorded, unless given. */
  readonly effectiveAt?: Date | undefined
  readonly system?: SystemPosting
}

export interface PostResult {
  /** True when the same transaction had been recorded before; nothing was written. */
  readonly replayed: boolean
  readonly transaction: Transaction
}

/** What a request was given at its arrival: trying it again is the same work, and known by its id. */
export interface Facts {
  readonly id: string
  /** SHA-256 of the request. */
  readonly fingerprint: Buffer
  /** 16 random bytes, see Content. */
  readonly salt: Buffer
}

/** One entry, ready to be written. */
export interface EntryWrite {
  readonly account: bigint
  readonly amount: bigint
  readonly layer: Layer
  readonly balanceAfter: bigint
  readonly accountVersion: bigint
}

/** A transaction that was decided, ready to be written. */
export interface TransactionWrite {
  readonly transaction: StoredTransaction
  readonly salt: Buffer | null
  readonly contentHash: Buffer
  readonly entries: readonly EntryWrite[]
}

export type Decision =
  | { readonly kind: 'replay'; readonly transaction: StoredTransaction }
  | { readonly kind: 'record'; readonly transaction: StoredTransaction; readonly write: TransactionWrite }

/** What numeric(38,0) holds. */
const sumMax = 10n ** 38n - 1n

const checkSystemAccounts = ({ accounts }: BookState, { system }: PostRequest): void => {
  for (const [at, { id, type }] of (system?.accounts ?? []).entries()) {
    const known = accounts.get(id)
    if (known !== undefined && known.type !== type)
      throw new Fault('account_exists', { param: `accounts[${at}][id]`, account: id })
  }
}

const accountsOf = ({ kind, entries, params }: Plan, known: ReadonlyMap<string, AccountState>): AccountState[] => {
  // From a frozen account what was held may still be given back.
  const givesBack = kind === 'release' || kind === 'expire'
  return entries.map(({ account: id }, at) => {
    const state = known.get(id)
    if (state === undefined)
      throw new Fault('parameter_resource_missing', { param: params.account(at), resource: 'ledger account', id })
    if (state.status !== 'active' && !(givesBack && state.status === 'frozen'))
      throw new Fault(`account_${state.status}`, { param: params.account(at), account: id })
    return state
  })
}

/** True while all that is held could be captured, and still no sum would pass what the database holds. */
const within = ({ credits, debits, pendingCredits, pendingDebits }: Readonly<Sums>, room: bigint): boolean =>
  credits + pendingCredits <= room && debits + pendingDebits <= room

/** Judges the entries one after another, each on what those before it left of its account. */
const checkEachSum = ({ entries, params }: Plan, states: readonly AccountState[]): void => {
  const sums = new Map<AccountState, Sums>(
    states.map((state) => {
      const { credits, debits, pendingCredits, pendingDebits } = state
      return [state, { credits, debits, pendingCredits, pendingDebits }]
    }),
  )
  for (const [at, entry] of entries.entries()) {
    const sum = sums.get(states[at] as AccountState)
    assert(sum !== undefined, `entry ${at} has no account`)
    addEntry(sum, entry)
    if (!within(sum, sumMax)) throw new Fault('sum_out_of_range', { param: params.amount(at) })
  }
}

const checkSums = (plan: Plan, states: readonly AccountState[]): void => {
  // What a capture posts was counted when it was held, and what is given back only makes room.
  if (plan.kind === 'capture' || plan.kind === 'release' || plan.kind === 'expire') return
  // What moves in all is a bound for every account, and is nearly always far from the largest sum.
  const moved = plan.entries.reduce((sum, { amount }) => (amount > 0n ? sum + amount : sum), 0n)
  if (!states.every((state) => within(state, sumMax - moved))) checkEachSum(plan, states)
}

const apply = (entry: PlannedEntry, state: AccountState): { recorded: RecordedEntry; write: EntryWrite } => {
  addEntry(state, entry)
  state.version += 1n
  const { account, amount, layer = 'posted' } = entry
  const { currency, type, credits, debits, pendingCredits, pendingDebits } = state
  const netAfter = layer === 'posted' ? credits - debits : pendingCredits - pendingDebits
  return {
    recorded: { account, amount, currency, normalBalance: normalBalanceOf(type), layer, netAfter },
    write: { account: state.account, amount, layer, balanceAfter: netAfter, accountVersion: state.version },
  }
}

/** Time does not run backwards within a book, nor into a closed period, whatever the machine's clock does. */
const recordedAt = (now: Date, { recordedLast, closedBefore }: BookState): Date =>
  [recordedLast, closedBefore].reduce<Date>((latest, each) => (each !== null && each > latest ? each : latest), now)

/** The one currency, or null for several. Each layer balances by itself: what is posted comes first. */
const currencyOf = ({ kind, entries }: Plan, states: readonly AccountState[], expected: string | undefined) => {
  if (kind === 'capture') {
    const posted = entries.filter(({ layer }) => layer !== 'pending')
    checkBalanced(posted, states.slice(0, posted.length), undefined)
  }
  return checkBalanced(entries, states, expected)
}

/** Whether anything of the request was written by people; its digest is salted then. */
export const hasWords = ({ description, metadata }: PostRequest): boolean =>
  description !== null || Object.keys(metadata).length > 0

/**
 * Decides one posting on the locked state of its book, and moves the state on. The reference comes first: a repeat is
 * answered with what is recorded, without another look at the accounts. A request that is refused leaves no trace.
 * @throws Fault reference_conflict, account_exists, parameter_resource_missing, account_frozen, account_closed,
 * currency_mismatch, transaction_unbalanced, sum_out_of_range, insufficient_funds, limit_exceeded, version_conflict,
 * condition_failed, period_closed, and those of plan.ts's `planOf`
 */
export const decide = (state: BookState, request: PostRequest, { now, ...facts }: Facts & { now: Date }): Decision => {
  const existing = state.recorded.get(request.reference)
  if (existing !== undefined) {
    if (!existing.fingerprint.equals(facts.fingerprint)) {
      throw new Fault('reference_conflict', { param: 'reference_id', reference: request.reference })
    }
    return { kind: 'replay', transaction: existing }
  }
  checkSystemAccounts(state, request)
  const createdAt = recordedAt(now, state)
  const plan = planOf(state, request, createdAt)
  const states = accountsOf(plan, state.accounts)
  const currency = currencyOf(plan, states, request.system?.currency)
  checkSums(plan, states)
  checkLimits(plan.entries, states, plan.params)
  checkConditions(plan.entries, states)
  const effectiveAt = effectiveAtOf(request, createdAt)
  const bookedAt = bookedAtOf(state, request, { createdAt, effectiveAt })
  // From here the transaction must succeed.
  const applied = plan.entries.map((entry, at) => {
    const account = states[at]
    assert(account !== undefined, `entry ${at} has no account`)
    return apply(entry, account)
  })
  const content = {
    id: facts.id,
    kind: plan.kind,
    parent: plan.parent === null ? null : { seq: plan.parent.transaction.seq, id: plan.parent.transaction.id },
    expiresAt: plan.expiresAt,
    seq: state.seqLast + 1n,
    reference: request.reference,
    description: request.description,
    metadata: request.metadata,
    entries: applied.map(({ recorded }) => recorded),
    createdAt,
    effectiveAt,
    bookedAt,
  }
  const salt = hasWords(request) ? facts.salt : null
  const contentHash = contentHashOf({ ...content, salt })
  const hash = linkOf(state.hashLast, contentHash)
  const { fingerprint } = facts
  const transaction: StoredTransaction = {
    ...content,
    mode: request.book.mode,
    reversedBy: null,
    currency,
    hash,
    fingerprint,
  }
  Object.assign(state, { seqLast: content.seq, recordedLast: createdAt, hashLast: hash })
  state.recorded.set(request.reference, transaction)
  followParent(plan, facts.id)
  const entries = applied.map(({ write }) => write)
  return { kind: 'record', transaction, write: { transaction, salt, contentHash, entries } }
}
