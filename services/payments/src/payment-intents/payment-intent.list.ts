import { paymentsApi, type Query, type Response, type Surface } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { Scope } from '../charges/charge.ts'
import { intentToWire, type Intent } from './payment-intent.ts'
import { isIntentId } from './payment-intent.ids.ts'
import { findIntent, intentsAfter, intentsBefore, newestIntents } from './payment-intent.store.ts'

type ListRoute = typeof paymentsApi.listPaymentIntents

const cursorOf = async (sql: Sql, scope: Scope, id: string, param: string): Promise<Intent> => {
  const cursor = isIntentId(id) ? await findIntent(sql, scope, id) : undefined
  if (cursor === undefined) throw new Fault('parameter_resource_missing', { resource: 'payment_intent', id, param })
  return cursor
}

/** One page, newest first; `has_more` looks on in the direction of paging. @throws Fault parameter_resource_missing for an unknown cursor */
export const listIntents = async (
  sql: Sql,
  scope: Scope,
  { query, surface }: { query: Query<ListRoute>; surface: Surface },
): Promise<Response<ListRoute>> => {
  const { limit = 10, starting_after: after, ending_before: before } = query
  // One more than asked for tells whether there is more.
  const read = async (): Promise<Intent[]> => {
    if (after !== undefined)
      return intentsAfter(sql, scope, await cursorOf(sql, scope, after, 'starting_after'), limit + 1)
    if (before !== undefined)
      return intentsBefore(sql, scope, await cursorOf(sql, scope, before, 'ending_before'), limit + 1)
    return newestIntents(sql, scope, limit + 1)
  }
  const found = await read()
  const page = found.slice(0, limit)
  if (before !== undefined) page.reverse()
  const { path, alias } = paymentsApi.listPaymentIntents
  return {
    object: 'list',
    url: surface === 'stripe' ? path : alias,
    has_more: found.length > limit,
    data: page.map(intentToWire),
  }
}
