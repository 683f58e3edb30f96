import type { ledgerApi } from '@micro/contracts'
import { assert, Fault, type Clock, type NewId } from '@micro/kernel'
import { limitStatements, type Database, type Sql } from '@micro/postgres'
import { appendOutbox, cutPage, findCursor, parsePage, reply, type Handlers, type InTurn } from '@micro/service'
import { findHead, lookUpByKeys } from '../balances/balance.store.ts'
import { pointOf, type Point } from '../balances/point.ts'
import { nameOf, type BookKey } from '../books/book.ts'
import { insertBook } from '../books/book.store.ts'
import { laneOf } from '../books/lane.ts'
import type { Bell } from '../outbox/bell.ts'
import { findBooks, lockBooks } from '../posting/posting.store.ts'
import { listTotals } from '../reports/report.store.ts'
import type { Totals } from '../reports/report.ts'
import {
  addTotals,
  closedBeforeOf,
  decideClosing,
  listedPeriodToWire,
  periodToWire,
  totalsShownMax,
  type Closing,
  type Period,
} from './period.ts'
import {
  findNewestPeriod,
  findPeriod,
  insertPeriod,
  listPeriodsAfter,
  listPeriodsBefore,
  listPeriodTotals,
  listTotalsMoved,
} from './period.store.ts'

type PeriodHandlers = Pick<
  Handlers<typeof ledgerApi>,
  'closeLedgerPeriod' | 'retrieveLedgerPeriod' | 'listLedgerPeriods'
>

export interface PeriodDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly newId: NewId
  /** For what may read much. */
  readonly reads: Database
  /** Not those of reports: closing a large book takes longer than anyone should wait for one. */
  readonly inTurn: InTurn
  /** A period has something to be told. */
  readonly tell: Bell
}

/** How long adding up the balances of a book may take, in milliseconds; nobody waits for it but who closes. */
const addingUpMsMax = 300_000

const totalsMax = 1_000_000

export const periodHandlers = ({ db, reads, clock, newId, inTurn, tell }: PeriodDependencies): PeriodHandlers => {
  const append = appendOutbox({ clock, newId })

  const whole = async (sql: Sql, book: BookKey, period: Period) =>
    periodToWire(period, await listPeriodTotals(sql, book, period.number, totalsShownMax + 1))

  /** The totals before a time, of what is recorded now, which the book need not wait for. */
  const addUp = (book: BookKey, before: Date): Promise<{ then: Point; totals: Totals[] }> =>
    reads.transaction(
      async (sql) => {
        await limitStatements(sql, addingUpMsMax)
        await lookUpByKeys(sql)
        const moments = { recordedBefore: null, countsBefore: before }
        const then = pointOf({}, moments, await findHead(sql, book, moments))
        const totals = await listTotals(sql, book, { ...then, newest: false }, { currency: null, limit: totalsMax })
        return { then, totals }
      },
      { isolation: 'repeatable read', answerTimeoutMs: addingUpMsMax + 5_000 },
    )

  /** Closes the book under its lock, so that no posting is on its way meanwhile. Resolves with the period's id. */
  const close = async (book: BookKey, wanted: Closing, requestId: string): Promise<{ id: string; made: boolean }> => {
    const before = wanted.closedBefore
    const { then, totals } = await addUp(book, before)
    const [place] = await findBooks(db.sql, [book])
    assert(place !== undefined, 'the book to close is open')
    const [id, createdAt] = [newId('ledger_period'), clock.now()]
    return db.transaction(async (sql) => {
      const [head] = await lockBooks(sql, [{ lane: laneOf(book), id: place.id }])
      assert(head !== undefined, 'the book to close was locked')
      const newest = await findNewestPeriod(sql, book)
      // Somebody closed just so, or later, since this was asked for.
      if (newest !== undefined && decideClosing(newest, wanted) === 'repeat') return { id: newest.id, made: false }
      const moments = { recordedBefore: null, countsBefore: before }
      const now = pointOf({}, moments, await findHead(sql, book, moments))
      const period = {
        id,
        number: (newest?.number ?? 0) + 1,
        ...wanted,
        seq: head.seqLast,
        hash: head.hashLast,
        createdAt,
      }
      await insertPeriod(sql, book, period, addTotals(totals, await listTotalsMoved(sql, book, { then, now })))
      const closed = await findPeriod(sql, book, id)
      assert(closed !== undefined, `period ${id} was closed and cannot be read`)
      const origin = { merchant: book.merchant, mode: book.mode, requestId, idempotencyKey: null }
      await append(sql, origin, [{ type: 'ledger.period.closed', object: await whole(sql, book, closed) }])
      return { id, made: true }
    })
  }

  return {
    async closeLedgerPeriod({ principal, body, requestId }) {
      const now = clock.now()
      const closedBefore = closedBeforeOf(body.closes_through, now)
      const wanted = { closedBefore, description: body.description ?? null }
      await insertBook(db.sql, principal, now)
      const newest = await findNewestPeriod(db.sql, principal)
      if (newest !== undefined && decideClosing(newest, wanted) === 'repeat')
        return reply(200, await whole(db.sql, principal, newest))
      const { id, made } = await inTurn(nameOf(principal), () => close(principal, wanted, requestId))
      if (made) tell()
      const period = await findPeriod(db.sql, principal, id)
      assert(period !== undefined, `period ${id} was neither closed nor found`)
      return reply(made ? 201 : 200, await whole(db.sql, principal, period))
    },

    async retrieveLedgerPeriod({ principal, params: { id } }) {
      const period = await findPeriod(db.sql, principal, id)
      if (period === undefined) throw new Fault('resource_missing', { param: 'id', resource: 'ledger period', id })
      return whole(db.sql, principal, period)
    },

    async listLedgerPeriods({ principal, query }) {
      const page = parsePage(query)
      const cursor = await findCursor(page, 'ledger period', (id) => findPeriod(db.sql, principal, id))
      const number = cursor?.number ?? null
      const found =
        page.direction === 'newer' && number !== null
          ? await listPeriodsAfter(db.sql, principal, number, page.fetch)
          : await listPeriodsBefore(db.sql, principal, number, page.fetch)
      const { rows, hasMore } = cutPage(found, page)
      return { object: 'list', url: '/ledger/periods', has_more: hasMore, data: rows.map(listedPeriodToWire) }
    },
  }
}
