import { addMs, assert, unixSeconds } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Runtime, type Worker } from '@micro/service'
import { createCheckpointSigner } from '@micro/signing'
import type { BookKey } from '../books/book.ts'
import type { CheckpointConfig } from '../config.ts'
import { createCheckpointFile } from './checkpoint-file.ts'
import { checkpointLine, type StoredCheckpoint } from './checkpoint.ts'
import { findCheckpointAt, findHead, insertCheckpoint, listDueBooks, type Head } from './checkpoint.store.ts'

type Dependencies = Pick<Runtime, 'clock' | 'newId' | 'log'> & { db: Database; config: CheckpointConfig }

export interface Made {
  /** False when the book had one of that seq. */
  readonly created: boolean
  readonly checkpoint: StoredCheckpoint
}

export interface CheckpointWork {
  /** Signs the head of the book and keeps it, here and outside; undefined for a book without transactions. */
  make(book: BookKey, options: { automatic: boolean }): Promise<Made | undefined>
  readonly worker: Worker
}

const lookEveryMs = 30_000
const booksMax = 100
const beforeAll = { lane: -1, id: 0n }

/** Signs heads of books when asked, and by itself whenever there is enough news. */
export const createCheckpointWork = ({ db, clock, newId, log, config }: Dependencies): CheckpointWork => {
  const signer = createCheckpointSigner(config.keys)
  const file = createCheckpointFile(config.file)
  let after = beforeAll

  const sign = ({ merchant, mode }: BookKey, head: Head, automatic: boolean): StoredCheckpoint => {
    const createdAt = clock.now()
    const told = { hash: head.hash.toString('hex'), recorded: unixSeconds(head.recordedAt) }
    return {
      ...head,
      id: newId('ledger_checkpoint'),
      mode,
      keyId: signer.keyId,
      token: signer.sign({ merchant, mode, seq: head.seq, ...told, created: unixSeconds(createdAt) }),
      automatic,
      createdAt,
    }
  }

  const make: CheckpointWork['make'] = async (book, { automatic }) => {
    const head = await findHead(db.sql, book)
    if (head === undefined) return undefined
    const before = await findCheckpointAt(db.sql, book, head.seq)
    if (before !== undefined) return { created: false, checkpoint: before }
    const checkpoint = sign(book, head, automatic)
    // Outside first: a crash in between leaves a true statement there that the database lacks, and never the reverse.
    await file.append(checkpointLine(book, checkpoint))
    if (await insertCheckpoint(db.sql, book, checkpoint)) return { created: true, checkpoint }
    const other = await findCheckpointAt(db.sql, book, head.seq)
    assert(other !== undefined, `the checkpoint at ${head.seq} was neither kept nor found`)
    return { created: false, checkpoint: other }
  }

  /** One page of books. True while there may be more. */
  const round = async (signal: AbortSignal): Promise<boolean> => {
    const before = addMs(clock.now(), -config.everyMs)
    const due = await listDueBooks(db.sql, { transactions: config.everyTransactions, before, after, limit: booksMax })
    const last = due.at(-1)
    // One that fails does not keep the others from theirs.
    after = last === undefined || due.length < booksMax ? beforeAll : last
    for (const { lane, id, ...book } of due) {
      if (signal.aborted) return false
      await make(book, { automatic: true }).catch((err: unknown) =>
        log.error({ err, lane, book: String(id) }, 'checkpoint.failed'),
      )
    }
    return due.length === booksMax
  }

  return { make, worker: createWorker({ name: 'ledger.checkpoints', everyMs: lookEveryMs, log, round }) }
}
