import { addMs, monotonicMs } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Runtime, type Worker } from '@micro/service'
import { createCheckpointReader, publicKeysOf } from '@micro/signing'
import type { LedgerConfig } from '../config.ts'
import { createVerifierMetrics } from './background-metrics.ts'
import {
  clearProblems,
  countWrongBooks,
  findBookForWhole,
  findProgress,
  listBooksWithNews,
  saveProblem,
  saveProgress,
  type OwnWork,
} from './background.store.ts'
import { releaseLease, takeLease, type Lease } from './lease.store.ts'
import { restAfter } from './rest.ts'
import { problems, type BookRow } from './verify.ts'
import type { CountedFinding } from './verify.work.ts'
import { start, walkBook, type Walked, type WalkPlace } from './walk.ts'

type Dependencies = Pick<Runtime, 'clock' | 'newId' | 'log' | 'metrics'> & {
  db: Database
  config: LedgerConfig
  /** How it rests between slices. Default: by the clock on the wall. */
  rest?: typeof restAfter
}
type Round = (signal: AbortSignal) => Promise<boolean>

export interface BackgroundVerifier {
  readonly workers: readonly Worker[]
  /** Verifies what is new of up to 50 books. True while there may be more. */
  readonly roundOfNews: Round
  /** Verifies all of the next book that was not for long. True while there may be more. */
  readonly roundOfAll: Round
  /** What is wrong, for anyone to read; as of the last round. */
  warnings(): readonly string[]
}

const lookEveryMs: Readonly<Record<OwnWork, number>> = { news: 5_000, whole: 30_000 }
/** Longer than a slice, and the rest after it, take. */
const leaseMs = 60_000
const booksMax = 50
const beforeAll = { lane: -1, id: 0n }
/** It rests so many times as long as it works: what is new is hurried after, all of it leisurely. */
const rests: Readonly<Record<OwnWork, number>> = { news: 9, whole: 19 }

const warningOf = (books: number): string =>
  `The ledger does not verify: ${books === 1 ? 'one book is' : `${books} books are`} wrong. The log says which, and where.`

const isSetBack = ({ last_seq, head_hash }: BookRow, { seq, hash }: WalkPlace): boolean =>
  last_seq < seq || (last_seq === seq && hash !== null && head_hash?.equals(hash) !== true)

/**
 * Verifies what is new as it comes, and everything again and again, of each book by one process at a time. It reads
 * and takes no lock that a posting waits for.
 */
export const createBackgroundVerifier = (dependencies: Dependencies): BackgroundVerifier => {
  const { db, clock, newId, log, config, rest = restAfter } = dependencies
  const readCheckpoint = createCheckpointReader(publicKeysOf(config.checkpoints.keys))
  const holder = newId('request')
  const verified = createVerifierMetrics(dependencies)
  let wrongBooks = 0
  let afterNews = beforeAll
  let afterWhole = beforeAll

  const tell = async (book: BookRow, work: OwnWork, findings: readonly CountedFinding[]): Promise<void> => {
    const [finding] = findings
    if (finding !== undefined) await saveProblem(db.sql, book, { work, finding, now: clock.now() })
    const { lane, id, merchant, mode } = book
    for (const { problem, seq, account } of findings)
      log.error(
        { lane, book: String(id), merchant, mode, seq: seq && String(seq), account, problem, what: problems[problem] },
        'ledger.wrong',
      )
  }

  interface Task {
    readonly work: OwnWork
    readonly from: WalkPlace
    readonly beganAt: Date
    readonly lease: Lease
    readonly signal: AbortSignal
  }

  /** Walks on, noting each step and telling what it finds at once. Undefined when it was cut short. */
  const walk = async (book: BookRow, { work, from, beganAt, lease, signal }: Task): Promise<Walked | undefined> => {
    const steps = walkBook(db.sql, book, { readCheckpoint, from, transactionsOnly: work === 'news' })
    let before = from
    let told = 0
    for (;;) {
      const beganMs = monotonicMs()
      const { done, value } = await steps.next()
      const end = done === true ? { untilSeq: null, passedAt: clock.now() } : { untilSeq: book.last_seq }
      await saveProgress(db.sql, book, { work, place: value.place, beganAt, ...end })
      await tell(book, work, value.findings.slice(told))
      verified({ work }, Number(value.place.seq - before.seq))
      if (done === true) return value
      before = value.place
      told = value.findings.length
      await rest(monotonicMs() - beganMs, signal, rests[work])
      if (signal.aborted || !(await takeLease(db.sql, lease, leaseMs))) return undefined
    }
  }

  /** Does work on a book unless another process is at it. */
  const leased = async (book: BookRow, work: OwnWork, job: (lease: Lease) => Promise<unknown>): Promise<void> => {
    const lease = { book, work, holder }
    if (!(await takeLease(db.sql, lease, leaseMs))) return
    try {
      await job(lease)
    } finally {
      await releaseLease(db.sql, lease)
    }
  }

  const verifyNews = (book: BookRow, signal: AbortSignal): Promise<void> =>
    leased(book, 'news', async (lease) => {
      const from = (await findProgress(db.sql, book, 'news'))?.place ?? start
      if (!isSetBack(book, from)) return walk(book, { work: 'news', from, beganAt: clock.now(), lease, signal })
      const { lane, id, last_seq: seq } = book
      return tell(book, 'news', [{ problem: 'wrong_head', lane, book: id, seq, found: 1 }])
    })

  const verifyWhole = (book: BookRow, signal: AbortSignal): Promise<void> =>
    leased(book, 'whole', async (lease) => {
      const progress = await findProgress(db.sql, book, 'whole')
      // A pass that was cut short goes on, unless the book is not even as long any more.
      const goesOn = progress !== undefined && progress.untilSeq !== null && progress.place.seq <= book.last_seq
      const from = goesOn ? progress.place : start
      const beganAt = (goesOn ? progress.beganAt : null) ?? clock.now()
      const walked = await walk(book, { work: 'whole', from, beganAt, lease, signal })
      if (walked?.findings.length === 0)
        await clearProblems(db.sql, book, { foundBefore: beganAt, place: { ...walked.place, account: null } })
    })

  const roundOfNews: Round = async (signal) => {
    const books = await listBooksWithNews(db.sql, { after: afterNews, limit: booksMax })
    const last = books.at(-1)
    afterNews = last === undefined || books.length < booksMax ? beforeAll : last
    for (const book of books) if (!signal.aborted) await verifyNews(book, signal)
    wrongBooks = await countWrongBooks(db.sql)
    return books.length === booksMax
  }

  const roundOfAll: Round = async (signal) => {
    const before = addMs(clock.now(), -config.verifyEveryMs)
    const book = await findBookForWhole(db.sql, { after: afterWhole, before })
    afterWhole = book ?? beforeAll
    if (book !== undefined) await verifyWhole(book, signal)
    wrongBooks = await countWrongBooks(db.sql)
    return book !== undefined
  }

  const worker = (work: OwnWork, round: Round): Worker =>
    createWorker({ name: `ledger.verification_${work}`, everyMs: lookEveryMs[work], log, round })
  return {
    workers: [worker('news', roundOfNews), worker('whole', roundOfAll)],
    roundOfNews,
    roundOfAll,
    warnings: () => (wrongBooks === 0 ? [] : [warningOf(wrongBooks)]),
  }
}
