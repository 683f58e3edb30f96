/** What a line of a settlement is for; each is a movement of the same kind here. */
export type SettlementKind = 'charge' | 'refund' | 'refund_failure' | 'dispute' | 'dispute_reversal'

/** One movement of money, as the processor has it in its books. */
export interface SettlementLine {
  /** The processor's name of the line: the same line always comes under the same. */
  readonly id: string
  readonly kind: SettlementKind
  /** Micro's charge or refund; of disputes the processor's own id, as it reported it. */
  readonly subject: string
  /** Micro's charge that it belongs to. */
  readonly charge: string
  readonly processorId: string
  /** In minor units: what comes to us; negative when it leaves. */
  readonly amount: bigint
  readonly currency: string
  /** What the processor kept; null where it does not say. */
  readonly fee: bigint | null
  readonly settledAt: Date
}

export interface SettlementQuery {
  /** Lines that were settled then or later. */
  readonly from: Date
  /** The last line of the page before. */
  readonly after: SettlementLine | undefined
  readonly limit: number
}

/** A processor's settlement file, or its list of balance transactions: in the order lines were settled, then by their ids. */
export interface SettlementSource {
  read(query: SettlementQuery, signal: AbortSignal): Promise<readonly SettlementLine[]>
}

/** A page of what a processor settled in a stretch of time, newest first, as its API lists it. */
export interface SettlementStretch {
  readonly from: Date
  readonly until: Date
  /** Where the page before ended; undefined: at the newest. */
  readonly after: string | undefined
}

export interface SettlementPage {
  /** Those of charges of Micro's. */
  readonly lines: readonly SettlementLine[]
  /** Where the next page goes on; undefined: this was the last one. */
  readonly next: string | undefined
}
