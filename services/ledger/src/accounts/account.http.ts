import type { ledgerApi } from '@micro/contracts'
import { assert, Fault, type Clock, type NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { cutPage, parsePage, reply, type Handlers, type Page } from '@micro/service'
import type { BookKey } from '../books/book.ts'
import { insertBook } from '../books/book.store.ts'
import type { LedgerConfig } from '../config.ts'
import { accountToWire, isSameAccount, isSystemAccount, parseCurrency } from './account.ts'
import {
  findAccount,
  findAccountPosition,
  insertAccount,
  listAccountsAfter,
  listAccountsBefore,
} from './account.store.ts'

type AccountHandlers = Pick<
  Handlers<typeof ledgerApi>,
  'createLedgerAccount' | 'retrieveLedgerAccount' | 'listLedgerAccounts'
>

export const accountHandlers = (deps: {
  db: Database
  clock: Clock
  newId: NewId
  config: LedgerConfig
}): AccountHandlers => {
  const { db, clock, newId, config } = deps

  const cursorPosition = async (book: BookKey, { cursor }: Page): Promise<bigint | null> => {
    if (cursor === undefined) return null
    const position = await findAccountPosition(db.sql, book, cursor.id)
    if (position !== undefined) return position
    throw new Fault('parameter_resource_missing', { param: cursor.param, resource: 'ledger account', id: cursor.id })
  }

  return {
    async createLedgerAccount({ principal, body }) {
      const id = body.id ?? newId('ledger_account')
      if (isSystemAccount(id)) throw new Fault('account_reserved', { param: 'id', account: id })
      const currency = parseCurrency(body.currency ?? config.defaultCurrency)
      const wanted = { id, name: body.name, type: body.type, currency, metadata: body.metadata ?? {} }
      const now = clock.now()
      const add = () => insertAccount(db.sql, principal, wanted, now)

      // The merchant's first account opens the book.
      const created = (await add()) || (await insertBook(db.sql, principal, now), await add())
      const account = await findAccount(db.sql, principal, id)
      assert(account !== undefined, `account ${id} was neither made nor found`)
      if (!created && !isSameAccount(account, wanted)) throw new Fault('account_exists', { param: 'id', account: id })
      return reply(created ? 201 : 200, accountToWire(account))
    },

    async retrieveLedgerAccount({ principal, params }) {
      const account = await findAccount(db.sql, principal, params.id)
      if (account === undefined)
        throw new Fault('resource_missing', { param: 'id', resource: 'ledger account', id: params.id })
      return accountToWire(account)
    },

    async listLedgerAccounts({ principal, query }) {
      const page = parsePage(query)
      const position = await cursorPosition(principal, page)
      const filter = {
        type: query.type ?? null,
        currency: query.currency?.toLowerCase() ?? null,
        limit: page.fetch,
      }
      const found =
        page.direction === 'newer' && position !== null
          ? await listAccountsAfter(db.sql, principal, position, filter)
          : await listAccountsBefore(db.sql, principal, position, filter)
      const { rows, hasMore } = cutPage(found, page)
      return { object: 'list', url: '/ledger/accounts', has_more: hasMore, data: rows.map(accountToWire) }
    },
  }
}
