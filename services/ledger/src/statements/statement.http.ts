import type { Layer, ledgerApi, Query } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { cutPage, findCursor, parsePage, timeRangeOf, type Handlers, type Page, type PageQuery } from '@micro/service'
import { onNormalSide, scaleOf } from '../accounts/account.ts'
import { findAccount } from '../accounts/account.store.ts'
import { twins } from '../assets/amount.ts'
import { findHead, findNetAt, findPendingNet, lookUpByKeys } from '../balances/balance.store.ts'
import { momentsOf, pointOf } from '../balances/point.ts'
import type { BookKey } from '../books/book.ts'
import { findSeqBefore } from '../transactions/transaction.store.ts'
import { findNetBeforeEffect, listEffectiveDown, listEffectiveUp } from './effective.store.ts'
import { listPendingDown, listPendingUp } from './pending.store.ts'
import { findEntryPlace, findNetBeforeEntry, listRecordedDown, listRecordedUp } from './recorded.store.ts'
import { linesToWire, orderOf, parseEntryId, type EntryLine, type EntryPlace } from './statement.ts'

type Routes = typeof ledgerApi
type StatementHandlers = Pick<Handlers<Routes>, 'retrieveLedgerStatement'>
type TimeFilter = Query<Routes['retrieveLedgerStatement']>['created']

/** One account, seen as far as the book was recorded up to `known`. */
interface View {
  readonly sql: Sql
  readonly book: BookKey
  readonly account: string
  readonly layer: Layer
  readonly known: bigint
}

/** A page of lines with credits minus debits before the first of them, and before and after the whole range. */
interface Section {
  readonly rows: readonly EntryLine[]
  readonly hasMore: boolean
  readonly netBefore: bigint
  readonly opening: bigint
  readonly closing: bigint
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const legMax = 1_000

/** Without a place to begin at, a page from the end is walked backwards from there. */
const pageOf = (query: PageQuery, fromEnd: boolean): Page => {
  const page = parsePage(query)
  return fromEnd && page.cursor === undefined ? { ...page, direction: 'newer' } : page
}

/** Where the page begins, or, walked backwards, ends. */
const placeOfCursor = ({ sql, book, account, layer }: View, page: Page): Promise<EntryPlace | undefined> =>
  findCursor(page, 'ledger entry', async (id) => {
    const named = parseEntryId(id)
    return named && findEntryPlace(sql, book, account, layer, named)
  })

const netAt = async (
  { sql, book, account }: View,
  known: bigint,
  countsBefore: Date | null,
  countsSeq: bigint | null,
) => (await findNetAt(sql, book, account, { known, countsBefore, countsSeq })) ?? 0n

/** Seq and time grow together, so the time of recording is a range of seqs. */
const recordedSection = async (view: View, filter: TimeFilter, page: Page): Promise<Section> => {
  const { sql, book, account, layer, known } = view
  const [listUp, listDown] = layer === 'posted' ? [listRecordedUp, listRecordedDown] : [listPendingUp, listPendingDown]
  const netOf = (seq: bigint): Promise<bigint> =>
    layer === 'posted' ? netAt(view, seq, null, null) : findPendingNet(sql, book, account, seq)
  const { from, until } = timeRangeOf(filter)
  const seqFirst = from === undefined ? 0n : smaller(known, await findSeqBefore(sql, book, from))
  const seqLast = until === undefined ? known : larger(seqFirst, smaller(known, await findSeqBefore(sql, book, until)))
  const place = (await placeOfCursor(view, page)) ?? null
  const start = { seq: seqFirst, leg: legMax }
  const end = { seq: seqLast, leg: legMax }
  const found =
    page.direction === 'newer'
      ? await listDown(sql, book, account, {
          after: start,
          until: place === null || place.seq > seqLast ? end : { seq: place.seq, leg: place.leg - 1 },
          limit: page.fetch,
        })
      : await listUp(sql, book, account, {
          after: place !== null && place.seq > seqFirst ? place : start,
          until: end,
          limit: page.fetch,
        })
  const { rows, hasMore } = cutPage(found, page)
  const [firstLine] = rows
  const opening = await netOf(seqFirst)
  return {
    rows,
    hasMore,
    opening,
    closing: await netOf(seqLast),
    netBefore: firstLine === undefined ? opening : await findNetBeforeEntry(sql, book, account, firstLine),
  }
}

const effectiveSection = async (view: View, filter: TimeFilter, page: Page): Promise<Section> => {
  const { sql, book, account, known } = view
  const { from, until: asked } = timeRangeOf(filter)
  const until = from !== undefined && asked !== undefined && asked < from ? from : asked
  const fromSeq = from === undefined ? 0n : await findSeqBefore(sql, book, from)
  const untilSeq = until === undefined ? known : await findSeqBefore(sql, book, until)
  const place = (await placeOfCursor(view, page)) ?? null
  const placeSeq = place === null ? 0n : await findSeqBefore(sql, book, place.countsAt)
  const range = { known, from: from ?? null, fromSeq, until: until ?? null, untilSeq, limit: page.fetch }
  const found =
    page.direction === 'newer'
      ? await listEffectiveDown(sql, book, account, { ...range, before: place })
      : await listEffectiveUp(sql, book, account, { ...range, fromSeq: larger(fromSeq, placeSeq), after: place })
  const { rows, hasMore } = cutPage(found, page)
  const [firstLine] = rows
  const opening = from === undefined ? 0n : await netAt(view, known, from, fromSeq)
  return {
    rows,
    hasMore,
    opening,
    closing: await netAt(view, known, until ?? null, until === undefined ? null : untilSeq),
    netBefore:
      firstLine === undefined ? opening : await findNetBeforeEffect(sql, book, account, { known, place: firstLine }),
  }
}

export const statementHandlers = ({ db }: { db: Database }): StatementHandlers => ({
  async retrieveLedgerStatement({
    principal,
    params: { id },
    query: { seq, created, effective_at, layer = 'posted', from_end = false, ...query },
  }) {
    const page = pageOf(query, from_end)
    const order = orderOf({ created, effective_at, layer })
    const asked = seq === undefined ? {} : { seq }
    return db.transaction(
      async (sql) => {
        await lookUpByKeys(sql)
        const account = await findAccount(sql, principal, id)
        if (account === undefined) throw new Fault('resource_missing', { param: 'id', resource: 'ledger account', id })
        const moments = momentsOf({})
        const { known } = pointOf(asked, moments, await findHead(sql, principal, moments))
        const view = { sql, book: principal, account: id, layer, known }
        const { rows, hasMore, netBefore, ...section } =
          order === 'recorded'
            ? await recordedSection(view, created, page)
            : await effectiveSection(view, effective_at, page)
        const [opening, closing] = [section.opening, section.closing].map((net) =>
          onNormalSide(net, account.normalBalance),
        ) as [bigint, bigint]
        return {
          object: 'ledger.statement' as const,
          url: `/ledger/accounts/${encodeURIComponent(id)}/statement`,
          account_id: id,
          currency: account.currency,
          scale: scaleOf(account),
          normal_balance: account.normalBalance,
          layer,
          order,
          ...twins('opening_balance', opening),
          ...twins('closing_balance', closing),
          seq: Number(known),
          has_more: hasMore,
          data: linesToWire(rows, netBefore, account.normalBalance),
          livemode: account.mode === 'live',
        }
      },
      { isolation: 'repeatable read' },
    )
  },
})
