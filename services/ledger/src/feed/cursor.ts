/** The transaction a reader of the feed has behind it; undefined at the beginning. */
export interface Position {
  readonly seq: bigint
  /** The beginning of its hash, in hex: after a restore, or in another book, another transaction stands at its seq. */
  readonly mark: string
}

const markChars = 16

export const markOf = (hash: Buffer): string => hash.toString('hex').slice(0, markChars)

export const cursorOf = (position: Position | undefined): string =>
  position === undefined ? '0' : `${position.seq}-${position.mark}`

/** Reads a cursor of the form the contract has checked. */
export const readCursor = (text: string): Position | undefined => {
  const [seq = '', mark] = text.split('-')
  return mark === undefined ? undefined : { seq: BigInt(seq), mark }
}
