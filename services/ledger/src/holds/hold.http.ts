import type { Body, ledgerApi, Query } from '@micro/contracts'
import { assert, Fault, fromUnixSeconds, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { cutPage, parsePage, reply, type Handlers, type Page } from '@micro/service'
import { findAccountPosition } from '../accounts/account.store.ts'
import { parseUnits } from '../assets/amount.ts'
import type { BookKey } from '../books/book.ts'
import type { Action, Expiry, ParentPlace, Post, PostResult } from '../posting/index.ts'
import { findParentPlace } from '../posting/parent.store.ts'
import { normaliseEntries } from '../transactions/entries.ts'
import { lightPage } from '../transactions/page-weight.ts'
import { refuseReservedAccounts, refuseReservedReference } from '../transactions/reserved.ts'
import { seqRangeOf } from '../transactions/seq-range.ts'
import { transactionOfHold, transactionToWire } from '../transactions/transaction.ts'
import { loadTransactions, type SeqRange } from '../transactions/transaction.store.ts'
import { endingOf, holdToWire, plannedHoldToWire } from './hold.ts'
import {
  countHoldEntries,
  listAccountHoldSeqsDown,
  listAccountHoldSeqsUp,
  listHoldSeqsDown,
  listHoldSeqsUp,
  loadHoldFacts,
} from './hold.store.ts'

type Routes = typeof ledgerApi
type HoldHandlers = Pick<
  Handlers<Routes>,
  'createLedgerHold' | 'retrieveLedgerHold' | 'listLedgerHolds' | 'captureLedgerHold' | 'releaseLedgerHold'
>
type ListQuery = Query<Routes['listLedgerHolds']>
type CaptureBody = Body<Routes['captureLedgerHold']>

const answer = ({ replayed, transaction }: PostResult, dryRun: boolean) =>
  dryRun
    ? reply(200, transactionToWire(transaction, { dryRun: !replayed }))
    : reply(replayed ? 200 : 201, transactionToWire(transaction))

const expiryOf = ({ expires_at: at, expires_in: inSeconds }: Body<Routes['createLedgerHold']>): Expiry | null => {
  if (at !== undefined && inSeconds !== undefined)
    throw new Fault('parameter_invalid', { param: 'expires_at', reason: 'it cannot be combined with expires_in' })
  if (inSeconds !== undefined) return { inSeconds }
  return at === undefined ? null : { at: fromUnixSeconds(at) }
}

const amountOf = ({ amount: given, entries }: CaptureBody): bigint | null => {
  if (given === undefined) return null
  if (entries !== undefined)
    throw new Fault('parameter_invalid', { param: 'entries', reason: 'it cannot be combined with amount' })
  const amount = parseUnits(given, 'amount')
  if (amount === 0n) throw new Fault('entry_zero', { param: 'amount' })
  if (amount < 0n) throw new Fault('parameter_invalid', { param: 'amount', reason: 'must be positive' })
  return amount
}

const wordsOf = (body: { description?: string; metadata?: Record<string, string> }) => ({
  description: body.description ?? null,
  metadata: body.metadata ?? {},
})

export const holdHandlers = ({
  db,
  reads,
  post,
  clock,
}: {
  db: Database
  /** For what may read much. */
  reads: Database
  post: Post
  clock: Clock
}): HoldHandlers => {
  const missing = (id: string): Fault => new Fault('resource_missing', { param: 'id', resource: 'ledger hold', id })

  const findHold = async (book: BookKey, id: string) => {
    const transaction = transactionOfHold(id)
    const place = transaction === undefined ? undefined : await findParentPlace(db.sql, book, transaction)
    return place?.kind === 'hold' ? place : undefined
  }

  const loadHolds = async (sql: Sql, book: BookKey, seqs: readonly bigint[]) => {
    const [transactions, facts] = [await loadTransactions(sql, book, seqs), await loadHoldFacts(sql, book, seqs)]
    return transactions.map((transaction) => {
      const of = facts.get(transaction.seq)
      assert(of !== undefined, `transaction ${transaction.id} is no hold`)
      return holdToWire(transaction, of)
    })
  }

  const listSeqs = async (book: BookKey, query: ListQuery, page: Page, range: SeqRange): Promise<bigint[]> => {
    const { account_id: account, status = null } = query
    const newer = page.direction === 'newer'
    if (account === undefined) return (newer ? listHoldSeqsUp : listHoldSeqsDown)(reads.sql, book, status, range)
    if ((await findAccountPosition(db.sql, book, account)) === undefined)
      throw new Fault('parameter_resource_missing', { param: 'account_id', resource: 'ledger account', id: account })
    return (newer ? listAccountHoldSeqsUp : listAccountHoldSeqsDown)(reads.sql, book, account, { status, range })
  }

  const cursorOf = async (book: BookKey, { cursor }: Page): Promise<bigint | undefined> => {
    if (cursor === undefined) return undefined
    const hold = await findHold(book, cursor.id)
    if (hold !== undefined) return hold.seq
    throw new Fault('parameter_resource_missing', { param: cursor.param, resource: 'ledger hold', id: cursor.id })
  }

  /** What was made up for a reference is taken: on a hold that has ended, its end is why. */
  const explain = async (book: BookKey, { seq }: ParentPlace, error: unknown): Promise<unknown> => {
    if (!(error instanceof Fault) || error.code !== 'reference_conflict') return error
    const [hold] = await loadHolds(db.sql, book, [seq])
    return (hold === undefined ? undefined : endingOf(hold, clock.now())) ?? error
  }

  const follow = async (
    { merchant, mode }: BookKey,
    id: string,
    body: Pick<CaptureBody, 'reference_id' | 'description' | 'metadata' | 'entries' | 'effective_at' | 'dry_run'>,
    action: (parent: ParentPlace) => Exclude<Action, { kind: 'hold' }>,
  ) => {
    refuseReservedReference(body.reference_id)
    const entries = body.entries === undefined ? [] : normaliseEntries(body.entries)
    const parent = await findHold({ merchant, mode }, id)
    if (parent === undefined) throw missing(id)
    const does = action(parent)
    const request = {
      book: { merchant, mode },
      ...wordsOf(body),
      reference: body.reference_id ?? `${does.kind}:${id}`,
      entries,
      effectiveAt: body.effective_at === undefined ? undefined : fromUnixSeconds(body.effective_at),
      action: does,
    }
    const dryRun = body.dry_run === true
    const result = await post(request, { dryRun }).catch(async (error: unknown) => {
      throw body.reference_id === undefined ? await explain(request.book, parent, error) : error
    })
    return answer(result, dryRun)
  }

  return {
    async createLedgerHold({ principal, body }) {
      refuseReservedReference(body.reference_id)
      refuseReservedAccounts(body.entries)
      const { merchant, mode } = principal
      const dryRun = body.dry_run === true
      const request = {
        book: { merchant, mode },
        ...wordsOf(body),
        reference: body.reference_id,
        entries: normaliseEntries(body.entries),
        action: { kind: 'hold' as const, expiry: expiryOf(body) },
      }
      const { replayed, transaction } = await post(request, { dryRun })
      if (dryRun && !replayed) return reply(200, plannedHoldToWire(transaction))
      const [hold] = await loadHolds(db.sql, principal, [transaction.seq])
      assert(hold !== undefined, `hold ${transaction.id} was neither made nor found`)
      return reply(replayed ? 200 : 201, hold)
    },

    async captureLedgerHold({ principal, params: { id }, body }) {
      const amount = amountOf(body)
      const final = body.final === true
      return follow(principal, id, body, (parent) => ({ kind: 'capture', parent, amount, final }))
    },

    async releaseLedgerHold({ principal, params: { id }, body }) {
      return follow(principal, id, body, (parent) => ({ kind: 'release', parent }))
    },

    async retrieveLedgerHold({ principal, params: { id } }) {
      const place = await findHold(principal, id)
      const [hold] = place === undefined ? [] : await loadHolds(db.sql, principal, [place.seq])
      if (hold === undefined) throw missing(id)
      return hold
    },

    async listLedgerHolds({ principal, query }) {
      const page = parsePage(query)
      const cursor = await cursorOf(principal, page)
      const range = await seqRangeOf(db.sql, principal, { created: query.created, page, cursor })
      const seqs = await listSeqs(principal, query, page, range)
      const light = lightPage(page, await countHoldEntries(reads.sql, principal, seqs))
      const { rows, hasMore } = cutPage(seqs, light)
      return {
        object: 'list',
        url: '/ledger/holds',
        has_more: hasMore,
        data: await loadHolds(reads.sql, principal, rows),
      }
    },
  }
}
