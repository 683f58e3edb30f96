import { assert } from '@micro/kernel'
import { genesisOf, linkOf } from '../../chain/content.ts'
import type { OracleAccount } from '../oracle.ts'

/** A line of a table, by the names of its columns. */
export type Row = Record<string, unknown>

export interface SimulatedEntry {
  readonly account: bigint
  readonly amount: bigint
  readonly layer: 'posted' | 'pending'
  readonly balance_after: bigint
  readonly account_version: bigint
}

export interface SimulatedTransaction {
  readonly row: Row
  readonly seq: bigint
  readonly id: string
  readonly reference: string
  readonly kind: string
  readonly parent: bigint | null
  readonly entries: readonly SimulatedEntry[]
}

export interface SimulatedAccount extends Omit<OracleAccount, 'opening'> {
  readonly id: bigint
  readonly name: string
  readonly type: string
  sums: { credits: bigint; debits: bigint; pendingCredits: bigint; pendingDebits: bigint }
  version: bigint
}

export interface SimulatedBook {
  readonly lane: number
  readonly id: bigint
  readonly merchant: string
  readonly mode: string
  readonly accounts: readonly SimulatedAccount[]
  readonly transactions: SimulatedTransaction[]
  /** Nothing that counts before this is let in; null while no period is closed. */
  closedBefore: Date | null
  /** Each closing with the length the book had then. */
  readonly closings: { readonly length: number; readonly before: Date }[]
}

/** As the server words a refusal. */
export class ServerError extends Error {
  readonly code: string
  readonly severity = 'ERROR'
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const moved = (account: SimulatedAccount, entry: SimulatedEntry, takesBack: boolean): void => {
  const { sums } = account
  const { amount } = entry
  if (entry.layer === 'posted') {
    if (amount > 0n) sums.credits += amount
    else sums.debits -= amount
  } else if (amount > 0n !== takesBack) sums.pendingCredits += amount
  else sums.pendingDebits -= amount
  account.version += 1n
}

const headOf = ({ merchant, transactions }: SimulatedBook): Buffer =>
  (transactions.at(-1)?.row['hash'] as Buffer | undefined) ?? genesisOf({ merchant, mode: 'test' })

/** @throws ServerError where it counts in a period that is closed, or is called late in one that is open */
const checkPeriod = ({ closedBefore }: SimulatedBook, { row, seq }: SimulatedTransaction): void => {
  const [effective, booked] = [row['effective_at'] as Date, row['booked_at'] as Date | null]
  if (closedBefore !== null && (booked ?? effective) < closedBefore)
    throw new ServerError('40001', `transaction ${seq} counts before ${closedBefore.toISOString()}`)
  if (booked !== null && (closedBefore === null || effective >= closedBefore))
    throw new ServerError('23514', `transaction ${seq} is booked late into a period that is open`)
}

/** What the ledger's triggers and constraints refuse, as far as one engine could get another's work wrong. @throws ServerError */
export const checkWrites = (book: SimulatedBook, writes: readonly SimulatedTransaction[]): void => {
  const versions = new Map(book.accounts.map(({ id, version }) => [id, version]))
  let seq = BigInt(book.transactions.length)
  let head = headOf(book)
  const references = new Set(book.transactions.map(({ reference }) => reference))
  for (const write of writes) {
    seq += 1n
    if (write.seq !== seq) throw new ServerError('40001', `transaction ${write.seq} does not follow ${seq - 1n}`)
    if (references.has(write.reference)) throw new ServerError('23505', `reference ${write.reference} is taken`)
    references.add(write.reference)
    checkPeriod(book, write)
    const { content_hash: content, hash } = write.row as Record<string, Buffer>
    if (content === undefined || hash === undefined || !linkOf(head, content).equals(hash))
      throw new ServerError('23514', `transaction ${seq} does not continue the chain`)
    head = hash
    for (const { account, account_version: version } of write.entries) {
      const before = versions.get(account)
      if (before === undefined || version !== before + 1n) throw new ServerError('40001', 'balances have moved since')
      versions.set(account, version)
    }
  }
}

export const applyWrites = (book: SimulatedBook, writes: readonly SimulatedTransaction[]): void => {
  for (const write of writes) {
    const takesBack = write.kind !== 'hold'
    for (const entry of write.entries) {
      const account = book.accounts.find(({ id }) => id === entry.account)
      assert(account !== undefined, `account ${entry.account} is not in the book`)
      moved(account, entry, takesBack)
    }
    book.transactions.push(write)
  }
}

/** What is left of a hold by account, in the order of its entries. */
export const remainingOf = (book: SimulatedBook, hold: SimulatedTransaction): Map<bigint, bigint> => {
  const left = new Map<bigint, bigint>()
  for (const { kind, parent, seq, entries } of book.transactions) {
    if (seq !== hold.seq && (parent !== hold.seq || kind === 'reversal')) continue
    for (const { account, amount, layer } of entries)
      if (layer === 'pending') left.set(account, (left.get(account) ?? 0n) + amount)
  }
  return left
}
