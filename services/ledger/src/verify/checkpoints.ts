import type { CheckpointReader } from '@micro/signing'
import type { BookRow } from './verify.ts'

/** What is known of the history at one seq, from wherever. */
export interface Known {
  readonly seq: bigint
  readonly hash: Buffer
}

/** A checkpoint that the database itself keeps: it may have been tampered with as anything else in it. */
export interface KeptCheckpoint extends Known {
  readonly token: string
}

/** Whether a kept checkpoint says what its signature covers. One of a key that is gone says what it says. */
export const isGenuine = (
  { seq, hash, token }: KeptCheckpoint,
  { merchant, mode }: Pick<BookRow, 'merchant' | 'mode'>,
  read: CheckpointReader,
): boolean => {
  const reading = read(token)
  if ('refused' in reading) return reading.refused === 'unknown_key'
  const { checkpoint } = reading
  return (
    checkpoint.merchant === merchant &&
    checkpoint.mode === mode &&
    checkpoint.seq === seq &&
    hash.equals(Buffer.from(checkpoint.hash, 'hex'))
  )
}

/** Those of what is known that the history contradicts, by seq. */
export const contradicted = (known: readonly Known[], history: readonly Known[]): readonly bigint[] => {
  const hashes = new Map(history.map(({ seq, hash }) => [seq, hash]))
  return known.filter(({ seq, hash }) => hashes.get(seq)?.equals(hash) !== true).map(({ seq }) => seq)
}
