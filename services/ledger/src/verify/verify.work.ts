import type { Mode } from '@micro/contracts'
import type { Database, Sql } from '@micro/postgres'
import { nameOf, seqMax } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { genesisOf } from '../chain/content.ts'
import { listCheckpointsWithin } from './book.store.ts'
import { checksByAccount, checkSlice, checksBySeq, type Wrong } from './checks.ts'
import { contradicted, type Known, type KnownBooks } from './checkpoints.ts'
import { findWrongNotes } from './periods.store.ts'
import { walkPeriods } from './periods.work.ts'
import {
  findOrphanEntries,
  findOrphanTransactions,
  listBooks,
  listEntries,
  listLanes,
  listTransactions,
} from './verify.store.ts'
import {
  balanceHolds,
  chainHolds,
  foldNext,
  gapIn,
  headHolds,
  type BookRow,
  type Finding,
  type Fold,
  type Problem,
  type TransactionRow,
} from './verify.ts'

/** A finding and how often its problem was found in the whole ledger. */
export interface CountedFinding extends Finding {
  readonly found: number
}

export interface VerifiedBook {
  readonly merchant: string
  readonly mode: Mode
  readonly transactions: number
  /** The seq of the newest transaction, as the book says. */
  readonly headSeq: bigint
  /** Its hash, in hex: one kept elsewhere tells later whether anything up to it was changed. Null without one. */
  readonly headHash: string | null
}

export interface Verification {
  readonly books: number
  readonly transactions: number
  readonly entries: number
  /** Empty when the ledger is sound: the first place of each problem. */
  readonly findings: readonly CountedFinding[]
}

export interface VerifyOptions {
  /** Rows held at a time. Default 5,000. */
  readonly batchMax?: number
  /** Told of each book once its transactions are counted. */
  readonly onBook?: (book: VerifiedBook) => void
  /** Checkpoints that were kept outside of the database, by book. */
  readonly known?: KnownBooks
}

export type Report = (finding: Finding, found?: number) => void

const beforeAll = { account: -1n, seq: -1n, leg: -1 }

/** Collects findings: the first place of each problem, and how often it was found. */
export const createReport = () => {
  const findings = new Map<Problem, CountedFinding>()
  const report: Report = (finding, found = 1) => {
    const known = findings.get(finding.problem)
    findings.set(finding.problem, known ? { ...known, found: known.found + found } : { ...finding, found })
  }
  return { report, all: () => [...findings.values()] }
}

/** Counts a book from 1 to its head, adds up each of its transactions, and follows their hashes. Resolves with how many it has. */
const verifyBook = async (sql: Sql, book: BookRow, { batchMax, report, known }: Context): Promise<number> => {
  const place = { lane: book.lane, book: book.id }
  const outside = known.get(nameOf(book))?.checkpoints ?? []
  const reportContradicted = (checkpoints: readonly Known[], history: readonly Known[]): void => {
    for (const seq of contradicted(checkpoints, history)) report({ problem: 'wrong_checkpoint', ...place, seq })
  }
  const wrong: Wrong = (problem, seq) => report({ problem, ...place, seq })
  const genesis = genesisOf({ merchant: book.origin_merchant, mode: book.origin_mode })
  let after = 0n
  let transactions = 0
  let gap: bigint | undefined
  let newest: TransactionRow | undefined
  for (;;) {
    const rows = await listTransactions(sql, book, { after, limit: batchMax })
    await checkSlice(sql, book, { after, hashBefore: newest?.hash ?? genesis, rows }, wrong)
    newest = rows.at(-1) ?? newest
    const through = rows.length < batchMax ? seqMax : (rows.at(-1)?.seq ?? after)
    const kept = await listCheckpointsWithin(sql, book, { after, until: through })
    reportContradicted([...kept, ...outside.filter(({ seq }) => seq > after && seq <= through)], rows)
    // After one gap everything further on stands at a wrong place too.
    gap ??= gapIn(
      rows.map(({ seq }) => seq),
      { after, head: book.last_seq },
    )
    transactions += rows.length
    after = newest?.seq ?? after
    if (rows.length < batchMax) break
  }
  if (gap === undefined && after < book.last_seq) gap = after + 1n
  if (gap !== undefined) report({ problem: 'seq_gap', ...place, seq: gap })
  if (!headHolds(book, newest)) report({ problem: 'wrong_head', ...place, seq: book.last_seq })
  const periods = walkPeriods(sql, book, { sliceMax: batchMax, wrong })
  while ((await periods.next()).done !== true);
  return transactions
}

/** Folds each account's entries and compares with what the account shows. Resolves with how many entries there are. */
const verifyBalances = async (sql: Sql, lane: number, { batchMax, report }: Context): Promise<number> => {
  let fold: Fold | undefined
  let entries = 0
  const accountOf = ({ last }: Fold) => last.public_id ?? String(last.account)
  const close = (): void => {
    if (fold !== undefined && !balanceHolds(fold))
      report({ problem: 'wrong_balance', lane, book: fold.last.book, account: accountOf(fold) })
  }
  for (;;) {
    const rows = await listEntries(sql, lane, { after: fold?.last ?? beforeAll, limit: batchMax })
    for (const row of rows) {
      const same = fold?.last.account === row.account
      if (!same) close()
      fold = foldNext(same ? fold : undefined, row)
      if (!chainHolds(fold))
        report({ problem: 'broken_chain', lane, book: row.book, seq: row.seq, account: accountOf(fold) })
    }
    entries += rows.length
    if (rows.length < batchMax) break
  }
  close()
  return entries
}

const verifyBelonging = async (sql: Sql, lane: number, { report }: Context): Promise<void> => {
  for (const [problem, find] of [
    ['orphan_transaction', findOrphanTransactions],
    ['orphan_entry', findOrphanEntries],
    ['wrong_shift', findWrongNotes],
    ...checksBySeq,
  ] as const)
    for (const { book, seq, found } of await find(sql, lane)) report({ problem, lane, book, seq }, Number(found))
  for (const [problem, find] of checksByAccount)
    for (const { book, public_id, found } of await find(sql, lane))
      report({ problem, lane, book, account: public_id }, Number(found))
}

interface Context {
  readonly known: KnownBooks
  readonly batchMax: number
  readonly report: Report
  readonly onBook: (book: VerifiedBook) => void
}

const verifyLane = async (sql: Sql, lane: number, context: Context) => {
  const counts = { books: 0, transactions: 0, entries: 0 }
  for (let after = 0n; ;) {
    const books = await listBooks(sql, lane, { after, limit: context.batchMax })
    for (const book of books) {
      const transactions = await verifyBook(sql, book, context)
      counts.transactions += transactions
      context.onBook({
        merchant: book.merchant,
        mode: book.mode,
        transactions,
        headSeq: book.last_seq,
        headHash: book.head_hash?.toString('hex') ?? null,
      })
    }
    counts.books += books.length
    after = books.at(-1)?.id ?? after
    if (books.length < context.batchMax) break
  }
  await verifyBelonging(sql, lane, context)
  counts.entries = await verifyBalances(sql, lane, context)
  return counts
}

/**
 * Derives everything a ledger says from its entries and compares. It reads in batches, one lane in one snapshot, so
 * that it may run beside a ledger at work and holds no more than a batch in memory. Any role that may read will do.
 * Nothing wrong is thrown: it is found. @throws when the database cannot be read
 */
export const verifyLedger = async (db: Database, options: VerifyOptions = {}): Promise<Verification> => {
  const { batchMax = 5_000, known = new Map() } = options
  const { report, all } = createReport()
  const counts = { books: 0, transactions: 0, entries: 0 }
  const found = new Set<string>()
  const onBook = (book: VerifiedBook): void => {
    found.add(nameOf(book))
    options.onBook?.(book)
  }
  for (const lane of await listLanes(db.sql)) {
    const of = await db.transaction((sql) => verifyLane(sql, lane, { batchMax, report, onBook, known }), {
      isolation: 'repeatable read',
    })
    counts.books += of.books
    counts.transactions += of.transactions
    counts.entries += of.entries
  }
  // Of a book that is gone nothing is left to compare with.
  for (const { book, checkpoints } of known.values())
    if (!found.has(nameOf(book)))
      for (const { seq } of checkpoints) report({ problem: 'wrong_checkpoint', lane: laneOf(book), book: 0n, seq })
  return { ...counts, findings: all() }
}
