import { createHash } from 'node:crypto'
import type { ExportEnd, ExportLine } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { lookUpByKeys } from '../balances/balance.store.ts'
import type { BookKey } from '../books/book.ts'
import { genesisOf } from '../chain/content.ts'
import { findHash } from '../feed/feed.store.ts'
import { csvHeader, csvLines } from './csv.ts'
import {
  findBook,
  listAccounts,
  listAssets,
  listTransactions,
  type BookRow,
  type TransactionRow,
} from './export.store.ts'
import { accountLine, assetLine, headerLine, periodLine, transactionLine, type Extent } from './lines.ts'
import { listPeriods, type PeriodRow } from './period.store.ts'

export interface Wanted {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

// Held at a time for each reader, so that many readers of heavy books stay within some megabytes each.
const rowsMax = 200
const limit = 500
const weightMax = 4_000
const periodsMax = 20

const genesisIn = ({ origin_merchant: merchant, origin_mode: mode }: BookRow): Buffer => genesisOf({ merchant, mode })

/** One seq, up to which everything is taken however long it takes: what is recorded meanwhile has a later one. */
const extentOf = async (db: Database, book: BookKey, row: BookRow, wanted: Wanted): Promise<Extent> => {
  const head = row.last_seq
  const from = BigInt(wanted.from ?? 1)
  const to = wanted.to === undefined ? head : BigInt(wanted.to)
  const must = (holds: boolean, param: string, reason: string): void => {
    if (!holds) throw new Fault('parameter_invalid', { param, reason })
  }
  must(to <= head, 'to_seq', `the book ends at seq ${head}`)
  must(from === 1n || from <= to, 'from_seq', `must be at most ${to}`)
  const hashAt = async (seq: bigint): Promise<Buffer> => {
    const hash = seq === 0n ? genesisIn(row) : await findHash(db.sql, book, seq)
    assert(hash !== undefined, `the book has a transaction at ${seq}`)
    return hash
  }
  return { from, to, hashBefore: await hashAt(from - 1n), hash: await hashAt(to) }
}

async function* transactions(
  db: Database,
  book: BookKey,
  { from, to }: Pick<Extent, 'from' | 'to'>,
): AsyncGenerator<TransactionRow[]> {
  for (let after = from - 1n; after < to;) {
    const rows = await listTransactions(db.sql, book, { after, until: to, limit, weightMax })
    const last = rows.at(-1)
    assert(last?.seq === after + BigInt(rows.length), `the book goes on after ${after} without a gap`)
    yield rows
    after = last.seq
  }
}

async function* periods(db: Database, book: BookKey, { from, to }: Extent): AsyncGenerator<PeriodRow, undefined> {
  // What was closed before anything was recorded belongs to the beginning.
  const seqs = { from: from === 1n ? 0n : from, until: to }
  for (let after = 0; ;) {
    const rows = await listPeriods(db.sql, book, { after, ...seqs, limit: periodsMax })
    yield* rows
    after = rows.at(-1)?.number ?? after
    if (rows.length < periodsMax) return undefined
  }
}

/** The transactions, and each period behind the one it was closed at. */
async function* history(db: Database, book: BookKey, extent: Extent): AsyncGenerator<ExportLine[]> {
  const closed = periods(db, book, extent)
  let next = (await closed.next()).value
  async function* closedAt(seq: bigint): AsyncGenerator<ExportLine> {
    for (; next?.seq === seq; next = (await closed.next()).value) yield periodLine(next)
  }
  for await (const line of closedAt(0n)) yield [line]
  for await (const rows of transactions(db, book, extent)) {
    let lines: ExportLine[] = []
    for (const row of rows) {
      lines.push(transactionLine(row))
      for await (const line of closedAt(row.seq)) {
        yield [...lines, line]
        lines = []
      }
    }
    yield lines
  }
}

async function* bookLines(db: Database, book: BookKey, row: BookRow, extent: Extent): AsyncGenerator<ExportLine[]> {
  yield [headerLine(book, row, extent)]
  const codes = new Set<string>()
  for (let after = ''; ;) {
    const assets = await listAssets(db.sql, book, { after, limit: rowsMax })
    for (const { code } of assets) codes.add(code)
    yield assets.map(assetLine)
    after = assets.at(-1)?.code ?? after
    if (assets.length < rowsMax) break
  }
  const isHead = extent.to === row.last_seq
  for (let after = 0n; ;) {
    const page = { after, seq: extent.to, isHead, limit: rowsMax }
    const accounts = await db.transaction(async (sql) => {
      await lookUpByKeys(sql)
      return listAccounts(sql, book, page)
    })
    // One that was made since, in an asset made since: it has no entries up to the seq.
    yield accounts.filter((each) => each.asset_scale === null || codes.has(each.currency)).map(accountLine)
    after = accounts.at(-1)?.number ?? after
    if (accounts.length < rowsMax) break
  }
  yield* history(db, book, extent)
}

const counters = {
  'ledger.export.asset': 'assets',
  'ledger.export.account': 'accounts',
  'ledger.export.transaction': 'transactions',
  'ledger.export.period': 'periods',
} as const

/** Where there is no book yet there is nothing to export. @throws Fault parameter_invalid */
const bookOf = async (db: Database, book: BookKey): Promise<BookRow> =>
  (await findBook(db.sql, book)) ?? {
    created_at: '1970-01-01T00:00:00.000000Z',
    last_seq: 0n,
    origin_merchant: book.merchant,
    origin_mode: book.mode,
  }

/** The whole book as NDJSON, closed by a line with its counts and the digest of all before it. @throws Fault parameter_invalid */
export async function* exportLines(db: Database, book: BookKey, wanted: Wanted): AsyncGenerator<ExportLine[]> {
  const row = await bookOf(db, book)
  const extent = await extentOf(db, book, row, wanted)
  const digest = createHash('sha256')
  const counts = { assets: 0, accounts: 0, transactions: 0, periods: 0, entries: 0 }
  for await (const lines of bookLines(db, book, row, extent)) {
    for (const line of lines) {
      digest.update(`${JSON.stringify(line)}\n`)
      if (line.object === 'ledger.export.transaction') counts.entries += line.entries.length
      if (line.object in counters) counts[counters[line.object as keyof typeof counters]]++
    }
    yield lines
  }
  const end: ExportEnd = {
    object: 'ledger.export.end',
    ...counts,
    to_seq: Number(extent.to),
    hash: extent.hash.toString('hex'),
    sha256: digest.digest('hex'),
  }
  yield [end]
}

/** The book's entries as CSV. @throws Fault parameter_invalid */
export async function* exportCsv(db: Database, book: BookKey, wanted: Wanted): AsyncGenerator<string[]> {
  const extent = await extentOf(db, book, await bookOf(db, book), wanted)
  yield [csvHeader]
  for await (const rows of transactions(db, book, extent)) yield rows.flatMap(csvLines)
}
