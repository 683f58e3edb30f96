import type { ledgerApi, Line } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { ndjson, silenceMsMax, type Handlers, type TakeSeat } from '@micro/service'
import { seqMax, type BookKey } from '../books/book.ts'
import { fittingOf, mayBeTooHeavy } from '../transactions/page-weight.ts'
import { countEntriesAt, listSeqsUp, loadTransactions } from '../transactions/transaction.store.ts'
import { transactionToWire, type Transaction } from '../transactions/transaction.ts'
import { cursorOf, markOf, readCursor, type Position } from './cursor.ts'
import type { Doorbell, Listener } from './doorbell.ts'
import { findHash, findHead } from './feed.store.ts'

type FeedLine = Line<(typeof ledgerApi)['readLedgerFeed']>

const sliceMax = 100

const positionOf = ({ seq, hash }: Pick<Transaction, 'seq' | 'hash'>): Position => ({ seq, mark: markOf(hash) })
const seqOf = (position: Position | undefined): bigint => position?.seq ?? 0n

export interface FeedDependencies {
  readonly db: Database
  readonly doorbell: Doorbell
  readonly takeSeat: TakeSeat<BookKey>
}

export const feedHandlers = ({
  db,
  doorbell,
  takeSeat,
}: FeedDependencies): Pick<Handlers<typeof ledgerApi>, 'readLedgerFeed'> => {
  /** @throws Fault cursor_ahead, cursor_foreign */
  const checkPosition = async (book: BookKey, position: Position | undefined): Promise<void> => {
    if (position === undefined) return
    const { seq, mark } = position
    const hash = await findHash(db.sql, book, seq)
    const head = hash === undefined ? await findHead(db.sql, book) : seq
    if (hash === undefined && head < seq) throw new Fault('cursor_ahead', { param: 'after', seq, head })
    if (hash === undefined || markOf(hash) !== mark) throw new Fault('cursor_foreign', { param: 'after', seq })
  }

  /** What comes next, some of it: as much as one answer may hold. */
  const loadNext = async (book: BookKey, position: Position | undefined, limit: number): Promise<Transaction[]> => {
    const after = seqOf(position)
    const seqs = await listSeqsUp(db.sql, book, { after, before: seqMax, limit })
    // Nothing is passed over, even if a reader could see a later one first.
    const next = seqs.filter((seq, at) => seq === after + BigInt(at) + 1n)
    const fit = mayBeTooHeavy(next.length) ? fittingOf(await countEntriesAt(db.sql, book, next)) : next.length
    return loadTransactions(db.sql, book, next.slice(0, fit))
  }

  const heartbeat = async (book: BookKey, position: Position | undefined): Promise<FeedLine> => ({
    object: 'ledger.feed.heartbeat',
    cursor: cursorOf(position),
    head_seq: Number(await findHead(db.sql, book)),
  })

  const lineOf = (transaction: Transaction): FeedLine => ({
    object: 'ledger.feed.transaction',
    cursor: cursorOf(positionOf(transaction)),
    transaction: transactionToWire(transaction),
  })

  /** A heartbeat first and whenever there was nothing for a while; without `follow` also at the end, which is the head. */
  async function* walk(
    book: BookKey,
    begin: Position | undefined,
    { follow, signal, listener }: { follow: boolean; signal: AbortSignal; listener: Listener },
  ): AsyncGenerator<FeedLine | FeedLine[]> {
    let position = begin
    yield await heartbeat(book, position)
    while (!signal.aborted) {
      const next = await loadNext(book, position, sliceMax)
      const last = next.at(-1)
      if (last !== undefined) {
        position = positionOf(last)
        yield next.map(lineOf)
        continue
      }
      if (!follow) return yield await heartbeat(book, position)
      const after = seqOf(position)
      await listener.wait({ after, ms: silenceMsMax, signal })
      if (!signal.aborted && (await findHead(db.sql, book)) <= after) yield await heartbeat(book, position)
    }
  }

  /** A seat and a listener, for as long as a reader is there. @throws Fault stream_limit */
  const sitDown = (book: BookKey): { listener: Listener; leave: () => void } => {
    const standUp = takeSeat(book)
    const listener = doorbell.listen(book)
    return {
      listener,
      leave() {
        listener.end()
        standUp()
      },
    }
  }

  async function* seated(
    book: BookKey,
    begin: Position | undefined,
    options: { follow: boolean; signal: AbortSignal },
  ) {
    const { listener, leave } = sitDown(book)
    try {
      yield* walk(book, begin, { ...options, listener })
    } finally {
      leave()
    }
  }

  const readPage = async (
    book: BookKey,
    position: Position | undefined,
    { limit, waitMs, signal }: { limit: number; waitMs: number; signal: AbortSignal },
  ): Promise<Transaction[]> => {
    if (waitMs === 0) return loadNext(book, position, limit)
    const { listener, leave } = sitDown(book)
    try {
      const found = await loadNext(book, position, limit)
      if (found.length > 0) return found
      await listener.wait({ after: seqOf(position), ms: waitMs, signal })
      return await loadNext(book, position, limit)
    } finally {
      leave()
    }
  }

  return {
    async readLedgerFeed({ principal, query, accepts, signal }) {
      const { after = '0', limit = sliceMax, wait = 0, follow = false } = query
      const book: BookKey = { merchant: principal.merchant, mode: principal.mode }
      const position = readCursor(after)
      if (follow && accepts === undefined)
        throw new Fault('parameter_invalid', {
          param: 'follow',
          reason: 'only the stream goes on: send Accept: application/x-ndjson',
        })
      await checkPosition(book, position)
      if (accepts !== undefined) return ndjson(seated(book, position, { follow, signal }))
      const transactions = await readPage(book, position, { limit, waitMs: wait * 1_000, signal })
      const last = transactions.at(-1)
      const reached = last === undefined ? position : positionOf(last)
      const head = await findHead(db.sql, book)
      return {
        object: 'ledger.feed',
        data: transactions.map((each) => transactionToWire(each)),
        cursor: cursorOf(reached),
        has_more: head > seqOf(reached),
        head_seq: Number(head),
      }
    },
  }
}
