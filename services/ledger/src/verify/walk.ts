import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { CheckpointReader } from '@micro/signing'
import { genesisOf } from '../chain/content.ts'
import {
  findBeyondHead,
  findOrphanEntriesWithin,
  listCheckpointsWithin,
  listEntriesOf,
  listNextAccounts,
} from './book.store.ts'
import { contradicted, isGenuine, type Known } from './checkpoints.ts'
import { checksByAccount, checkSlice, checksBySeq, type Wrong } from './checks.ts'
import { findWrongNotesWithin, type NotePlace } from './periods.store.ts'
import { walkPeriods } from './periods.work.ts'
import { balanceHolds, chainHolds, foldNext, gapIn, type BookRow, type Fold } from './verify.ts'
import { listTransactions } from './verify.store.ts'
import { createReport, type CountedFinding } from './verify.work.ts'

/** How far a walk has come; one may begin where another stopped. */
export interface WalkPlace {
  /** The transactions up to here are derived anew. */
  readonly seq: bigint
  /** The hash of that transaction; null before the first. */
  readonly hash: Buffer | null
  /** The accounts up to this number are added up; null while the transactions are not through. */
  readonly account: bigint | null
}

export const start: WalkPlace = { seq: 0n, hash: null, account: null }

export interface WalkOptions {
  readonly readCheckpoint: CheckpointReader
  readonly from?: WalkPlace
  /** Only the transactions: sums, content and chain, not what the accounts show. */
  readonly transactionsOnly?: boolean
  /** Checkpoints that were kept outside of the database. */
  readonly known?: readonly Known[]
  /** Rows read at a time. Default 1,000. */
  readonly sliceMax?: number
}

/** What was looked at so far. */
export interface Walked {
  readonly place: WalkPlace
  readonly entries: number
  readonly accounts: number
  readonly checkpoints: number
  /** The first place of each problem. */
  readonly findings: readonly CountedFinding[]
}

const noEntry = { seq: -1n, leg: -1 }
const numberMax = 2n ** 63n - 1n
const lastEntry = { seq: numberMax, leg: 32_767 }

/** Derives one book anew, up to the head that `book` shows, slice by slice: told of after each, and stopped by leaving. */
export const walkBook = (sql: Sql, book: BookRow, options: WalkOptions): AsyncGenerator<Walked, Walked> => {
  const { readCheckpoint, from = start, transactionsOnly = false, known = [], sliceMax = 1_000 } = options
  const { report, all } = createReport()
  const at = { lane: book.lane, book: book.id }
  let place = from
  const wrong: Wrong = (problem, seq) => report({ problem, ...at, seq })
  const counts = { entries: 0, accounts: 0, checkpoints: 0 }
  const walked = (): Walked => ({ place, ...counts, findings: all() })

  const compareCheckpoints = async (slice: { after: bigint; until: bigint }, history: readonly Known[]) => {
    const kept = await listCheckpointsWithin(sql, book, slice)
    const outside = known.filter(({ seq }) => seq > slice.after && seq <= slice.until)
    const forged = kept.filter((each) => !isGenuine(each, book, readCheckpoint)).map(({ seq }) => seq)
    const wrong = new Set([...forged, ...contradicted([...kept, ...outside], history)])
    for (const seq of [...wrong].toSorted((a, b) => (a < b ? -1 : 1)))
      report({ problem: 'wrong_checkpoint', ...at, seq })
    counts.checkpoints += kept.length + outside.length
  }

  /** True while there are more. */
  const nextTransactions = async (): Promise<boolean> => {
    const after = place.seq
    const rows = await listTransactions(sql, book, { after, until: book.last_seq, limit: sliceMax })
    const isLast = rows.length < sliceMax || rows.at(-1)?.seq === book.last_seq
    const hashBefore = place.hash ?? genesisOf({ merchant: book.origin_merchant, mode: book.origin_mode })
    await checkSlice(sql, book, { after, hashBefore, rows }, wrong)
    const seqs = rows.map(({ seq }) => seq)
    const until = isLast ? book.last_seq : (seqs.at(-1) ?? after)
    const gap = gapIn(seqs, { after, head: book.last_seq }) ?? (isLast ? missingAtEnd(seqs.at(-1) ?? after) : undefined)
    if (gap !== undefined) report({ problem: 'seq_gap', ...at, seq: gap })
    const orphans = await findOrphanEntriesWithin(sql, book, { after, until })
    if (orphans !== undefined) report({ problem: 'orphan_entry', ...at, seq: orphans.seq }, Number(orphans.found))
    await compareCheckpoints({ after, until }, rows)
    place = { ...place, seq: until, hash: rows.at(-1)?.hash ?? place.hash }
    return !isLast
  }

  const missingAtEnd = (last: bigint): bigint | undefined => (last < book.last_seq ? last + 1n : undefined)

  const checkHead = async (): Promise<void> => {
    const agrees = place.hash === null ? book.head_hash === null : book.head_hash?.equals(place.hash) === true
    if (!agrees) report({ problem: 'wrong_head', ...at, seq: book.last_seq })
    // It began as what the book shows, and what was signed is beyond it: the newest were taken away.
    for (const { seq } of known.filter(({ seq }) => seq > book.last_seq))
      report({ problem: 'wrong_checkpoint', ...at, seq })
    for (const [problem, find] of checksBySeq)
      for (const { seq, found } of await find(sql, book.lane, book.id)) report({ problem, ...at, seq }, Number(found))
    const beyond = await findBeyondHead(sql, book)
    if (beyond !== undefined) report({ problem: 'seq_gap', ...at, seq: beyond })
  }

  const accountOf = ({ last }: Fold): string => last.public_id ?? String(last.account)

  let fold: Fold | undefined
  /** The accounts under way, from the one of the fold on. */
  let batch: readonly bigint[] = []
  const closeFold = (): void => {
    if (fold === undefined) return
    if (!balanceHolds(fold)) report({ problem: 'wrong_balance', ...at, account: accountOf(fold) })
    counts.accounts++
    place = { ...place, account: fold.last.account }
    fold = undefined
  }

  /** Notes lie in the order of their entries. Those behind the last account belong to none. */
  const checkNotes = async (
    after: NotePlace,
    until: NotePlace = { ...lastEntry, account: numberMax },
  ): Promise<void> => {
    const notes = await findWrongNotesWithin(sql, book, { after, until })
    if (notes !== undefined) report({ problem: 'wrong_shift', ...at, seq: notes.seq }, Number(notes.found))
  }

  /**
   * True while there are more. Entries are never changed, and a statement shows an account as of the entries it shows:
   * so an account's last row has what the account showed when those were all, whatever is posted in between.
   */
  const nextEntries = async (): Promise<boolean> => {
    const done = place.account ?? -1n
    if (batch.length === 0) batch = await listNextAccounts(sql, book, { after: done, limit: sliceMax })
    const last = batch.at(-1)
    if (last === undefined) {
      await checkNotes({ ...lastEntry, account: done })
      return false
    }
    const after = fold?.last ?? { ...noEntry, account: done }
    const rows = await listEntriesOf(sql, book, { accounts: batch, after, limit: sliceMax })
    for (const row of rows) {
      if (fold?.last.account !== row.account) closeFold()
      fold = foldNext(fold, row)
      if (!chainHolds(fold)) report({ problem: 'broken_chain', ...at, seq: row.seq, account: accountOf(fold) })
    }
    counts.entries += rows.length
    const isFull = rows.length === sliceMax
    await checkNotes(after, isFull ? rows.at(-1) : { ...lastEntry, account: last })
    if (isFull) {
      const current = fold?.last.account ?? done
      batch = batch.filter((account) => account >= current)
      return true
    }
    closeFold()
    batch = []
    place = { ...place, account: last }
    return true
  }

  const checkAccounts = async (): Promise<void> => {
    for (const [problem, find] of checksByAccount)
      for (const { public_id, found } of await find(sql, book.lane, book.id))
        report({ problem, ...at, account: public_id }, Number(found))
  }

  return (async function* walk() {
    if (place.account === null) {
      assert(place.seq <= book.last_seq, `book ${book.id} is walked from behind its head`)
      while (await nextTransactions()) yield walked()
      await checkHead()
      yield walked()
    }
    if (transactionsOnly) return walked()
    place = { ...place, account: place.account ?? -1n }
    while (await nextEntries()) yield walked()
    const periods = walkPeriods(sql, book, { sliceMax, wrong })
    while ((await periods.next()).done !== true) yield walked()
    await checkAccounts()
    return walked()
  })()
}
