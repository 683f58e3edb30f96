import type { Body, ledgerApi } from '@micro/contracts'
import { assert, Fault, type Clock, type NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { appendOutbox, cutPage, findCursor, parsePage, reply, type EventOrigin, type Handlers } from '@micro/service'
import { isIsoCurrency } from '../assets/asset.ts'
import { findAsset } from '../assets/asset.store.ts'
import type { BookKey } from '../books/book.ts'
import { insertBook } from '../books/book.store.ts'
import { laneOf } from '../books/lane.ts'
import type { LedgerConfig } from '../config.ts'
import type { Bell } from '../outbox/bell.ts'
import { findBooks, lockBooks } from '../posting/posting.store.ts'
import { parseUnits } from '../assets/amount.ts'
import { changeAccount, changeEventOf, checkLimitsHold } from './account-change.ts'
import { accountToWire, isSameAccount, isSystemAccount, type Account } from './account.ts'
import { accountFilterOf } from './account-filter.ts'
import {
  findAccount,
  findAccountPosition,
  insertAccount,
  listAccountsAfter,
  listAccountsBefore,
  saveAccount,
} from './account.store.ts'

type Routes = typeof ledgerApi
type AccountHandlers = Pick<
  Handlers<Routes>,
  'createLedgerAccount' | 'updateLedgerAccount' | 'retrieveLedgerAccount' | 'listLedgerAccounts'
>

const limitMax = 10n ** 38n - 1n // what numeric(38,0) holds

/** @throws Fault parameter_invalid, sum_out_of_range */
const parseLimit = (given: number | string | null | undefined, param: string): bigint | null | undefined => {
  if (given === null || given === undefined) return given
  const limit = parseUnits(given, param)
  if (limit > limitMax || limit < -limitMax) throw new Fault('sum_out_of_range', { param })
  return limit
}

const originOf = ({ merchant, mode }: BookKey, requestId: string): EventOrigin => ({
  merchant,
  mode,
  requestId,
  idempotencyKey: null,
})

const limitsOf = (body: Pick<Body<Routes['updateLedgerAccount']>, 'min_available' | 'max_balance'>) => ({
  minAvailable: parseLimit(body.min_available, 'min_available'),
  maxBalance: parseLimit(body.max_balance, 'max_balance'),
})

export const accountHandlers = (deps: {
  db: Database
  /** For what may read much. */
  reads: Database
  clock: Clock
  newId: NewId
  config: LedgerConfig
  /** An account has something to be told. */
  tell: Bell
}): AccountHandlers => {
  const { db, reads, clock, newId, config, tell } = deps
  const append = appendOutbox(deps)

  /** A currency of ISO 4217, else an asset the merchant made. */
  const currencyOf = async (book: BookKey, given: string): Promise<{ currency: string; assetScale: number | null }> => {
    const currency = given.toLowerCase()
    if (isIsoCurrency(currency)) return { currency, assetScale: null }
    const asset = await findAsset(db.sql, book, currency)
    if (asset === undefined) throw new Fault('currency_unsupported', { param: 'currency', currency: given })
    return { currency, assetScale: asset.scale }
  }

  const missing = (id: string): Fault => new Fault('resource_missing', { param: 'id', resource: 'ledger account', id })

  return {
    async createLedgerAccount({ principal, body, requestId }) {
      const id = body.id ?? newId('ledger_account')
      if (isSystemAccount(id)) throw new Fault('account_reserved', { param: 'id', account: id })
      const { minAvailable = null, maxBalance = null } = limitsOf(body)
      checkLimitsHold({ minAvailable, maxBalance }, id, { available: 0n, balance: 0n, pendingIn: 0n })
      const asset = await currencyOf(principal, body.currency ?? config.defaultCurrency)
      const { name, type, metadata = {} } = body
      const wanted = { id, name, type, ...asset, minAvailable, maxBalance, metadata }
      const now = clock.now()
      const add = () =>
        db.transaction(async (sql): Promise<Account | undefined> => {
          if (!(await insertAccount(sql, principal, wanted, now))) return undefined
          const account = await findAccount(sql, principal, id)
          assert(account !== undefined, `account ${id} was made and cannot be read`)
          const object = accountToWire(account)
          await append(sql.andCommit, originOf(principal, requestId), [{ type: 'ledger.account.created', object }])
          return account
        })

      // The merchant's first account opens the book.
      const created = (await add()) ?? (await insertBook(db.sql, principal, now), await add())
      if (created !== undefined) tell()
      const account = created ?? (await findAccount(db.sql, principal, id))
      assert(account !== undefined, `account ${id} was neither made nor found`)
      if (!created && !isSameAccount(account, wanted)) throw new Fault('account_exists', { param: 'id', account: id })
      return reply(created ? 201 : 200, accountToWire(account))
    },

    async updateLedgerAccount({ principal, params: { id }, body, requestId }) {
      const { name, status, metadata, if_version } = body
      const ifVersion = if_version === undefined ? undefined : BigInt(if_version)
      const change = { name, status, metadata, ifVersion, ...limitsOf(body) }
      const changed = await db.transaction(async (sql): Promise<Account> => {
        // Under the book's lock: a flight has either landed with what the account was, or will decide on what it becomes.
        const books = await findBooks(sql, [principal])
        await lockBooks(
          sql,
          books.map((book) => ({ lane: laneOf(book), id: book.id })),
        )
        const account = await findAccount(sql, principal, id)
        if (account === undefined) throw missing(id)
        const changed = changeAccount(account, change)
        await saveAccount(sql, principal, changed)
        const event = changeEventOf(account, changed)
        if (event !== undefined) await append(sql, originOf(principal, requestId), [event])
        return changed
      })
      tell()
      return accountToWire(changed)
    },

    async retrieveLedgerAccount({ principal, params }) {
      const account = await findAccount(db.sql, principal, params.id)
      if (account === undefined) throw missing(params.id)
      return accountToWire(account)
    },

    async listLedgerAccounts({ principal, query }) {
      const page = parsePage(query)
      const find = (id: string) => findAccountPosition(db.sql, principal, id)
      const position = (await findCursor(page, 'ledger account', find)) ?? null
      const filter = { ...accountFilterOf(query), limit: page.fetch }
      const found =
        page.direction === 'newer' && position !== null
          ? await listAccountsAfter(reads.sql, principal, position, filter)
          : await listAccountsBefore(reads.sql, principal, position, filter)
      const { rows, hasMore } = cutPage(found, page)
      return { object: 'list', url: '/ledger/accounts', has_more: hasMore, data: rows.map(accountToWire) }
    },
  }
}
