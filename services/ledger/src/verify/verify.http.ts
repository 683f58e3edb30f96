import type { ledgerApi, LedgerVerification, LedgerVerificationProgress } from '@micro/contracts'
import { Fault, monotonicMs, type NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createTurns, ndjson, type Handlers } from '@micro/service'
import { createCheckpointReader, publicKeysOf, type CheckpointReader } from '@micro/signing'
import { nameOf, type BookKey } from '../books/book.ts'
import type { CheckpointConfig } from '../config.ts'
import { findBookRow } from './book.store.ts'
import type { Known } from './checkpoints.ts'
import { releaseLease, takeLease, type Lease } from './lease.store.ts'
import { restAfter } from './rest.ts'
import { progressToWire, verificationToWire } from './verification.ts'
import type { BookRow } from './verify.ts'
import { start, walkBook, type Walked } from './walk.ts'

type VerifyHandlers = Pick<Handlers<typeof ledgerApi>, 'verifyLedger'>
type Line = LedgerVerificationProgress | LedgerVerification

/** Longer than a slice and the rest after it take. */
const leaseMs = 60_000
/** Slices at once in one process. A verification whose reader is slow takes no turn meanwhile, and leases bound the rest. */
const slicesMax = 2

const reasons = {
  malformed: 'it is not the token of a checkpoint',
  unknown_key: 'it was signed by a key that is not, or no longer, of this installation',
  forged: 'its signature does not fit',
} as const

/** What the caller kept. @throws Fault checkpoint_invalid */
const knownIn = (token: string | undefined, { merchant, mode }: BookKey, read: CheckpointReader): readonly Known[] => {
  if (token === undefined) return []
  const refuse = (reason: string): Fault => new Fault('checkpoint_invalid', { param: 'checkpoint', reason })
  const reading = read(token)
  if ('refused' in reading) throw refuse(reasons[reading.refused])
  const { checkpoint } = reading
  if (checkpoint.merchant !== merchant || checkpoint.mode !== mode) throw refuse('it is of another ledger')
  return [{ seq: checkpoint.seq, hash: Buffer.from(checkpoint.hash, 'hex') }]
}

const nothing: Walked = { place: start, entries: 0, accounts: 0, checkpoints: 0, findings: [] }

export const verifyHandlers = ({
  db,
  newId,
  config,
  sliceMax = 1_000,
  answerMsMax = 20_000,
}: {
  db: Database
  newId: NewId
  config: CheckpointConfig
  sliceMax?: number
  /** How long an answer without progress may take. */
  answerMsMax?: number
}): VerifyHandlers => {
  const readCheckpoint = createCheckpointReader(publicKeysOf(config.keys))
  const inTurn = createTurns({ atOnce: slicesMax, busy: () => new Fault('ledger_busy') })

  async function* walkLeased(book: BookRow, known: readonly Known[], signal: AbortSignal, lease: Lease) {
    const walk = walkBook(db.sql, book, { readCheckpoint, known, sliceMax })
    for (;;) {
      const beganMs = monotonicMs()
      const step = await inTurn(nameOf(book), () => walk.next())
      yield step
      if (step.done === true) return
      await restAfter(monotonicMs() - beganMs, signal)
      if (signal.aborted) throw new Fault('shutting_down')
      if (!(await takeLease(db.sql, lease, leaseMs))) throw new Fault('verification_running', { retry_after: 5 })
    }
  }

  const isOver = (line: Line): line is LedgerVerification => line.object === 'ledger.verification'

  async function* linesOf(principal: BookKey, known: readonly Known[], signal: AbortSignal): AsyncGenerator<Line> {
    const book = await findBookRow(db.sql, principal)
    const { mode } = principal
    if (book === undefined) {
      const findings = known.map(({ seq }) => ({
        problem: 'wrong_checkpoint' as const,
        lane: 0,
        book: 0n,
        seq,
        found: 1,
      }))
      yield verificationToWire({ ...nothing, findings }, { of: 0n, mode })
      return
    }
    const lease: Lease = { book, work: 'asked', holder: newId('request') }
    if (!(await takeLease(db.sql, lease, leaseMs))) throw new Fault('verification_running', { retry_after: 5 })
    try {
      for await (const { done, value } of walkLeased(book, known, signal, lease))
        yield (done === true ? verificationToWire : progressToWire)(value, { of: book.last_seq, mode })
    } finally {
      await releaseLease(db.sql, lease)
    }
  }

  const lastOf = async (lines: AsyncIterable<Line>): Promise<LedgerVerification> => {
    const beganMs = monotonicMs()
    for await (const line of lines) {
      if (isOver(line)) return line
      if (monotonicMs() - beganMs > answerMsMax) throw new Fault('verification_too_long')
    }
    throw new Error('a verification ended without its result')
  }

  return {
    async verifyLedger({ principal, query, accepts, signal }) {
      const known = knownIn(query.checkpoint, principal, readCheckpoint)
      const lines = linesOf(principal, known, signal)
      return accepts === 'ndjson' ? ndjson(lines) : lastOf(lines)
    },
  }
}
