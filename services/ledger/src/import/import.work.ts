import { createHash } from 'node:crypto'
import type {
  ExportAccount,
  ExportAsset,
  ExportEnd,
  ExportHeader,
  ExportLine,
  ExportPeriod,
  ExportTransaction,
} from '@micro/contracts'
import { assert, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { genesisOf } from '../chain/content.ts'
import { listAccounts } from '../export/export.store.ts'
import { accountLine } from '../export/lines.ts'
import {
  findEnd,
  findUnknownAccounts,
  insertAccounts,
  insertAssets,
  insertBook,
  insertErasures,
  insertPeriod,
  insertTransactions,
  lockBook,
  updateAccounts,
  type Place,
} from './import.store.ts'
import { readExport, type Numbered } from './read-lines.ts'
import { ImportRefused } from './refused.ts'
import { insertSlice } from './slices.ts'
import { walkPeriods } from '../verify/periods.work.ts'

export interface Imported {
  readonly assets: number
  readonly accounts: number
  readonly transactions: number
  readonly periods: number
  readonly entries: number
  readonly headSeq: number
  readonly headHash: string
  /** Whose book it was, where that is somebody else. */
  readonly origin: BookKey
}

const linesMax = 500
const entriesMax = 4_000
const markBytes = 8

/** What the database says, with the values it says it of. */
const saidBy = (error: Error & { readonly detail?: unknown }): string =>
  typeof error.detail === 'string' ? `${error.message} (${error.detail})` : error.message

const said = (_value: unknown, error: Error): Promise<string> => Promise.resolve(saidBy(error))

/** @throws ImportRefused */
const checkHeader = (book: BookKey, { line, value: header }: Numbered<ExportHeader>): void => {
  const must = (holds: boolean, reason: string): void => {
    if (!holds) throw new ImportRefused(line, reason)
  }
  must(
    header.mode === book.mode && header.origin.mode === book.mode,
    `it is a book of ${header.mode} mode, not ${book.mode}`,
  )
  must(header.from_seq === 1, `it begins at seq ${header.from_seq}: only a whole book can be imported`)
  must(
    header.hash_before === genesisOf(header.origin).toString('hex'),
    `its chain does not begin with ${header.origin.merchant} ${header.origin.mode}`,
  )
}

/** An account's line as a few bytes, kept until its book is whole. */
const markOf = (account: ExportAccount): Buffer =>
  createHash('sha256').update(JSON.stringify(account)).digest().subarray(0, markBytes)

const isPlain = ({ status, min_available, max_balance }: ExportAccount): boolean =>
  status === 'active' && min_available === null && max_balance === null

/** Takes line after line into the database, some at a time, and in the end compares what is there with what came. */
const createImporter = (sql: Sql, place: Place, header: ExportHeader) => {
  const counts = { assets: 0, accounts: 0, transactions: 0, periods: 0, entries: 0 }
  const marks: Buffer[] = []
  const limited: Numbered<ExportAccount>[] = []
  const periodLines = new Map<number, number>()
  let firstAccountLine = 0
  let slice: Numbered<ExportLine>[] = []
  let entriesInSlice = 0

  const explainTransaction = async ({ entries }: ExportTransaction, error: Error): Promise<string> => {
    const unknown = await findUnknownAccounts(
      sql,
      place,
      entries.map(({ account_id }) => account_id),
    )
    return unknown.length === 0 ? saidBy(error) : `the export has no account ${unknown[0]}`
  }

  const flush = async (): Promise<void> => {
    const lines = slice
    slice = []
    entriesInSlice = 0
    // All of one kind, since another kind begins another slice.
    const as = <T>() => lines as unknown as Numbered<T>[]
    const kind = lines[0]?.value.object
    if (kind === 'ledger.export.asset')
      await insertSlice(sql, as<ExportAsset>(), { insert: (values) => insertAssets(sql, place, values), explain: said })
    if (kind === 'ledger.export.account')
      await insertSlice(sql, as<ExportAccount>(), {
        insert: (values) => insertAccounts(sql, place, values),
        explain: said,
      })
    if (kind === 'ledger.export.transaction')
      await insertSlice(sql, as<ExportTransaction>(), {
        insert: async (values) => {
          await insertErasures(sql, place, values)
          await insertTransactions(sql, place, values)
        },
        explain: explainTransaction,
      })
    if (kind === 'ledger.export.period')
      await insertSlice(sql, as<ExportPeriod>(), {
        insert: async (values) => {
          for (const period of values) await insertPeriod(sql, place, period)
        },
        explain: said,
      })
  }

  const count = ({ line, value }: Numbered<ExportLine>): void => {
    if (value.object === 'ledger.export.asset') counts.assets++
    if (value.object === 'ledger.export.account') {
      if (counts.accounts++ === 0) firstAccountLine = line
      marks.push(markOf(value))
      if (!isPlain(value)) limited.push({ line, value })
    }
    if (value.object === 'ledger.export.period') {
      counts.periods++
      if (value.seq !== counts.transactions)
        throw new ImportRefused(line, `the period here was closed at seq ${value.seq}, not ${counts.transactions}`)
      periodLines.set(value.number, line)
    }
    if (value.object === 'ledger.export.transaction') {
      counts.transactions++
      if (value.erasure !== null && value.text_salt !== null)
        throw new ImportRefused(line, 'its words are there although they were erased')
      if (value.seq !== counts.transactions)
        throw new ImportRefused(line, `the transaction here has seq ${value.seq}, not ${counts.transactions}`)
      counts.entries += value.entries.length
      entriesInSlice += value.entries.length
    }
  }

  const compareAccounts = async (): Promise<void> => {
    const seq = BigInt(header.to_seq)
    let nth = 0
    for (let after = 0n; ;) {
      const rows = await listAccounts(sql, place, { after, seq, isHead: true, limit: linesMax })
      for (const row of rows) {
        if (marks[nth]?.equals(markOf(accountLine(row))) !== true)
          throw new ImportRefused(firstAccountLine + nth, `account ${row.public_id} does not come out as its line says`)
        nth++
      }
      after = rows.at(-1)?.number ?? after
      if (rows.length < linesMax) break
    }
    assert(nth === counts.accounts, 'every account of the export is in the book')
  }

  /** Adds up anew what each period was closed with. */
  const comparePeriods = async (): Promise<void> => {
    const wrong = (_problem: unknown, _seq: bigint, number: number): never => {
      throw new ImportRefused(periodLines.get(number) ?? 1, `period ${number} does not come out as its line says`)
    }
    const periods = walkPeriods(sql, place, { sliceMax: linesMax, wrong })
    while ((await periods.next()).done !== true);
  }

  return {
    async take(next: Numbered<ExportLine>): Promise<void> {
      if (slice.length >= linesMax || entriesInSlice >= entriesMax || slice[0]?.value.object !== next.value.object)
        await flush()
      count(next)
      slice.push(next)
    },
    async end({ line, value: end }: Numbered<ExportEnd>): Promise<Imported> {
      await flush()
      for (let at = 0; at < limited.length; at += linesMax)
        await insertSlice(sql, limited.slice(at, at + linesMax), {
          insert: (values) => updateAccounts(sql, place, values),
          explain: said,
        })
      await compareAccounts()
      if (counts.periods > 0) await comparePeriods()
      const must = (holds: boolean, reason: string): void => {
        if (!holds) throw new ImportRefused(line, reason)
      }
      for (const name of ['assets', 'accounts', 'transactions', 'periods', 'entries'] as const)
        must(end[name] === counts[name], `it tells ${end[name]} ${name}, but there are ${counts[name]}`)
      const { last_seq, head_hash } = await findEnd(sql, place)
      const head = head_hash ?? Buffer.from(header.hash_before, 'hex')
      const headHash = head.toString('hex')
      for (const told of [header, end])
        must(
          BigInt(told.to_seq) === last_seq && head.equals(Buffer.from(told.hash, 'hex')),
          `the book ends at seq ${last_seq} with hash ${headHash}, which is not what the export tells`,
        )
      return { ...counts, headSeq: end.to_seq, headHash, origin: header.origin }
    },
  }
}

const open = async (sql: Sql, book: BookKey, first: Numbered<ExportHeader>, now: Date) => {
  checkHeader(book, first)
  const { line, value: header } = first
  const isOthers = header.origin.merchant !== book.merchant
  const options = { header, hasOrigin: isOthers && header.to_seq > 0, now }
  if (!(await insertBook(sql, book, options)))
    throw new ImportRefused(
      line,
      `${book.merchant} has a ${book.mode} ledger already: a book is imported where there is none`,
    )
  return createImporter(sql, { ...book, lane: laneOf(book), id: await lockBook(sql, book) }, header)
}

/**
 * Makes an export the book of a merchant, with its ids, seqs, times, balances and hashes, in one database transaction:
 * all of it, or nothing. The database's own triggers judge every transaction as if it had been recorded here.
 * Takes the login that owns the tables. @throws ImportRefused with the line at fault
 */
export const importBook = (
  { db, clock }: { db: Database; clock: Clock },
  book: BookKey,
  chunks: AsyncIterable<Uint8Array>,
): Promise<Imported> => {
  let begun = false
  return db.transaction(async (sql) => {
    // The lines cannot be read a second time.
    assert(!begun, 'an import is tried once')
    begun = true
    let importer: ReturnType<typeof createImporter> | undefined
    let end: Numbered<ExportEnd> | undefined
    // To the last byte: something might follow the end.
    for await (const { line, value } of readExport(chunks)) {
      if (value.object === 'ledger.export') importer = await open(sql, book, { line, value }, clock.now())
      else if (value.object === 'ledger.export.end') end = { line, value }
      else await importer?.take({ line, value })
    }
    assert(importer !== undefined && end !== undefined, 'an export has a header and an end')
    return importer.end(end)
  })
}
