import type { HoldStatus } from '@micro/contracts'
import type { StoredTransaction } from '../transactions/transaction.ts'

/** A transaction that others follow, with what those before came to; what is decided moves it. */
export interface ParentState {
  readonly transaction: StoredTransaction
  /** Of a hold, by account: what is neither captured nor given back, signed as the hold has it. */
  remaining: Map<string, bigint>
  /** Of a hold; null for any other transaction. */
  status: HoldStatus | null
  /** How often a hold was captured. */
  captures: number
  /** The id of the transaction that reverses it. */
  reversedBy: string | null
}
