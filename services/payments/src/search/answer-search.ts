import type { Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { limitStatements, SQLSTATE, sqlState, type Database, type Sql } from '@micro/postgres'
import { parseSearchPage, requirePage, searchResult } from './search-page.ts'
import { parseSearch, type SearchFields, type SearchQuery } from './search-query.ts'

/** What a resource says of its search. */
export interface SearchSource<Row> {
  readonly url: string
  /** What may be asked for, and how. */
  readonly fields: SearchFields
  /** By id, as a page names the object it begins behind. */
  readonly find: (sql: Sql, tenant: Tenant, id: string) => Promise<Row | undefined>
  /** Newest first, those behind `after`. */
  readonly search: (
    sql: Sql,
    tenant: Tenant,
    asked: { query: SearchQuery; after: Row | undefined; limit: number },
  ) => PromiseLike<readonly Row[]>
}

/** How long a search may look, in ms: it reads a merchant's objects one by one, as long as too few of them fit. */
const searchMsMax = 3_000

/**
 * One page of what a search finds, newest first.
 * @throws Fault parameter_invalid for a query or page that is none, search_too_slow when it looked for too long
 */
export const answerSearch = async <Row extends { readonly id: string }, Wire>(
  db: Database,
  tenant: Tenant,
  given: { readonly query: string; readonly limit?: number; readonly page?: string },
  { url, fields, find, search, toWire }: SearchSource<Row> & { readonly toWire: (row: Row) => Wire },
  msMax = searchMsMax,
) => {
  const query = parseSearch(given.query, fields)
  const page = parseSearchPage(given)
  const after = page.after === undefined ? undefined : requirePage(await find(db.sql, tenant, page.after))
  const rows = await db
    .transaction(async (sql) => {
      await limitStatements(sql, msMax)
      return search(sql, tenant, { query, after, limit: page.fetch })
    })
    .catch((cause: unknown) => {
      if (sqlState(cause) !== SQLSTATE.queryCanceled) throw cause
      throw new Fault('search_too_slow', { seconds: msMax / 1_000, param: 'query' }, { cause })
    })
  return searchResult(rows, page, { url, toWire })
}
