import type { Summary } from './summary.ts'
import type { Sustained } from './sustain.ts'

/** What was found on one stage. */
export interface StageResult {
  readonly title: string
  readonly books: number
  /** Of all books together. */
  readonly accounts: number
  readonly postgresVersion: string
  /** Counted at the end, and found to be right. */
  readonly transactions: number
  readonly summaries: readonly Summary[]
  readonly sustained: Sustained | undefined
}
