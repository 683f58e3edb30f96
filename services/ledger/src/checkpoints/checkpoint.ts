import type { LedgerCheckpoint, Mode } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** The head of a book, signed, as it is kept. */
export interface StoredCheckpoint {
  readonly id: string
  readonly mode: Mode
  readonly seq: bigint
  readonly hash: Buffer
  readonly recordedAt: Date
  readonly keyId: string
  readonly token: string
  /** Made without being asked for. */
  readonly automatic: boolean
  readonly createdAt: Date
}

export const checkpointToWire = (checkpoint: StoredCheckpoint): LedgerCheckpoint => ({
  id: checkpoint.id,
  object: 'ledger.checkpoint',
  seq: Number(checkpoint.seq),
  hash: checkpoint.hash.toString('hex'),
  recorded_at: unixSeconds(checkpoint.recordedAt),
  key_id: checkpoint.keyId,
  token: checkpoint.token,
  automatic: checkpoint.automatic,
  livemode: checkpoint.mode === 'live',
  created: unixSeconds(checkpoint.createdAt),
})

/** A line of the file outside the database: what people look for, and the token that proves it. */
export const checkpointLine = (
  { merchant, mode }: { readonly merchant: string; readonly mode: Mode },
  { seq, hash, createdAt, token }: StoredCheckpoint,
): string =>
  JSON.stringify({
    merchant,
    mode,
    seq: String(seq),
    hash: hash.toString('hex'),
    created: createdAt.toISOString(),
    token,
  })
