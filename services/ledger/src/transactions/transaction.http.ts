import type { Body, ledgerApi, Query } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { cutPage, findCursor, parsePage, reply, type Handlers, type Page } from '@micro/service'
import { isSystemAccount } from '../accounts/account.ts'
import { findAccountPosition } from '../accounts/account.store.ts'
import { parseIsoCurrency } from '../assets/asset.ts'
import type { BookKey } from '../books/book.ts'
import type { Post, PostResult, SystemPosting } from '../posting/index.ts'
import { contentOf } from './asked-transaction.ts'
import { accountParam } from './entries.ts'
import { lightPage, mayBeTooHeavy } from './page-weight.ts'
import { refuseReservedAccounts, refuseReservedReference } from './reserved.ts'
import { seqRangeOf } from './seq-range.ts'
import { isSystemReference, transactionToWire } from './transaction.ts'
import {
  countEntriesAt,
  findSeqById,
  findSeqByReference,
  listAccountSeqsDown,
  listAccountSeqsUp,
  listSeqsDown,
  listSeqsUp,
  loadTransactions,
  type SeqRange,
} from './transaction.store.ts'

type Routes = typeof ledgerApi
type TransactionHandlers = Pick<
  Handlers<Routes>,
  'recordLedgerTransaction' | 'retrieveLedgerTransaction' | 'listLedgerTransactions' | 'postSystemTransaction'
>
type ListQuery = Query<Routes['listLedgerTransactions']>

const answer = ({ replayed, transaction }: PostResult) => reply(replayed ? 200 : 201, transactionToWire(transaction))

const unlimited = { minAvailable: null, maxBalance: null }

const must = (holds: boolean, param: string, reason: string): void => {
  if (!holds) throw new Fault('parameter_invalid', { param, reason })
}

const systemPosting = (body: Body<Routes['postSystemTransaction']>): SystemPosting => {
  must(isSystemReference(body.reference_id), 'reference_id', 'must start with micro:')
  for (const [at, { id }] of body.accounts.entries())
    must(isSystemAccount(id), `accounts[${at}][id]`, 'must start with sys_')
  for (const [at, entry] of body.entries.entries())
    must(isSystemAccount(entry.account_id), accountParam(at), 'must start with sys_')
  const currency = parseIsoCurrency(body.currency)
  return {
    currency,
    accounts: body.accounts.map((account) => ({ ...account, ...unlimited, currency, assetScale: null, metadata: {} })),
  }
}

export const transactionHandlers = ({ db, post }: { db: Database; post: Post }): TransactionHandlers => {
  const listSeqs = async (
    book: BookKey,
    { account_id: account }: ListQuery,
    page: Page,
    range: SeqRange,
  ): Promise<bigint[]> => {
    if (account === undefined) return (page.direction === 'newer' ? listSeqsUp : listSeqsDown)(db.sql, book, range)
    if ((await findAccountPosition(db.sql, book, account)) === undefined) {
      throw new Fault('parameter_resource_missing', { param: 'account_id', resource: 'ledger account', id: account })
    }
    return (page.direction === 'newer' ? listAccountSeqsUp : listAccountSeqsDown)(db.sql, book, account, range)
  }

  const withinWeight = async (book: BookKey, page: Page, seqs: readonly bigint[]): Promise<Page> =>
    mayBeTooHeavy(seqs.length) ? lightPage(page, await countEntriesAt(db.sql, book, seqs)) : page

  /** The range, narrowed to the one transaction that may have the reference. */
  const narrowTo = async (book: BookKey, reference: string, range: SeqRange): Promise<SeqRange> => {
    const seq = await findSeqByReference(db.sql, book, reference)
    if (seq === undefined || seq <= range.after || seq >= range.before) return { ...range, after: 0n, before: 0n }
    return { ...range, after: seq - 1n, before: seq + 1n }
  }

  return {
    async recordLedgerTransaction({ principal, body }) {
      refuseReservedReference(body.reference_id)
      refuseReservedAccounts(body.entries)
      const { merchant, mode } = principal
      const dryRun = body.dry_run === true
      const result = await post({ book: { merchant, mode }, ...contentOf(body) }, { dryRun })
      return dryRun ? reply(200, transactionToWire(result.transaction, { dryRun: !result.replayed })) : answer(result)
    },

    async postSystemTransaction({ principal, body }) {
      if (principal.service !== 'payments') throw new Fault('permission_denied')
      return answer(
        await post({
          book: { merchant: body.merchant, mode: body.mode },
          system: systemPosting(body),
          ...contentOf(body),
        }),
      )
    },

    async retrieveLedgerTransaction({ principal, params }) {
      const seq = await findSeqById(db.sql, principal, params.id)
      const [transaction] = seq === undefined ? [] : await loadTransactions(db.sql, principal, [seq])
      if (transaction === undefined) {
        throw new Fault('resource_missing', { param: 'id', resource: 'ledger transaction', id: params.id })
      }
      return transactionToWire(transaction)
    },

    async listLedgerTransactions({ principal, query }) {
      const page = parsePage(query)
      const cursor = await findCursor(page, 'ledger transaction', (id) => findSeqById(db.sql, principal, id))
      const whole = await seqRangeOf(db.sql, principal, { created: query.created, page, cursor })
      const range = query.reference_id === undefined ? whole : await narrowTo(principal, query.reference_id, whole)
      const seqs = await listSeqs(principal, query, page, range)
      const { rows, hasMore } = cutPage(seqs, await withinWeight(principal, page, seqs))
      const transactions = await loadTransactions(db.sql, principal, rows)
      return {
        object: 'list',
        url: '/ledger/transactions',
        has_more: hasMore,
        data: transactions.map((each) => transactionToWire(each)),
      }
    },
  }
}
