import type { CheckpointReader } from '@micro/signing'
import { nameOf, type BookKey } from '../books/book.ts'
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

/** Checkpoints kept outside, by the names of their books. */
export type KnownBooks = ReadonlyMap<string, { readonly book: BookKey; readonly checkpoints: readonly Known[] }>

/**
 * What a file of checkpoints says: a line of JSON each, as the ledger adds them. With keys their signatures are asked,
 * without the lines are believed. @throws Error naming the line that cannot be
 */
export const knownInLines = (text: string, read: CheckpointReader | undefined): KnownBooks => {
  const books = new Map<string, { book: BookKey; checkpoints: Known[] }>()
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const told = checkpointInLine(line, read)
    // A crash may have left half a line; what it would have said stands in the next one.
    if (told === 'torn') continue
    if (typeof told === 'string') throw new Error(`line ${at + 1} of the checkpoints ${told}`)
    const { book, ...known } = told
    const all = books.get(nameOf(book)) ?? { book, checkpoints: [] }
    books.set(nameOf(book), all)
    all.checkpoints.push(known)
  }
  return books
}

const refusals = {
  malformed: 'has no token',
  unknown_key: 'was signed by a key that is not given',
  forged: 'has a signature that does not fit',
} as const

const checkpointInLine = (
  line: string,
  read: CheckpointReader | undefined,
): (Known & { readonly book: BookKey }) | string => {
  let told: Record<string, unknown>
  try {
    told = JSON.parse(line) as Record<string, unknown>
  } catch {
    return 'torn'
  }
  if (read !== undefined) {
    const reading = read(String(told['token']))
    if ('refused' in reading) return refusals[reading.refused]
    const { merchant, mode, seq, hash } = reading.checkpoint
    return { book: { merchant, mode }, seq, hash: Buffer.from(hash, 'hex') }
  }
  const { merchant, mode, seq, hash } = told
  if (typeof merchant !== 'string' || (mode !== 'test' && mode !== 'live')) return 'names no book'
  if (!/^[1-9]\d{0,18}$/.test(String(seq)) || !/^[0-9a-f]{64}$/.test(String(hash))) return 'names no seq and hash'
  return { book: { merchant, mode }, seq: BigInt(String(seq)), hash: Buffer.from(String(hash), 'hex') }
}
