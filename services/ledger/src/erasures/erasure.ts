/** That the words of a transaction were erased, and why. */
export interface Erasure {
  readonly at: Date
  readonly reason: string
}

/** An erasure asked for. */
export interface NewErasure extends Erasure {
  /** The API key it was asked with. */
  readonly by: string | null
  readonly requestId: string
}
