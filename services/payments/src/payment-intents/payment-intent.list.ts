import { paymentsApi, type Query, type Response, type Surface, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { cutPage, parsePage, type Page } from '@micro/service'
import { intentToWire, type Intent } from './payment-intent.ts'
import { isIntentId } from './payment-intent.ids.ts'
import { findIntent, intentsAfter, intentsBefore, newestIntents } from './payment-intent.store.ts'

type ListRoute = typeof paymentsApi.listPaymentIntents

const cursorOf = async (sql: Sql, tenant: Tenant, { cursor }: Page): Promise<Intent | undefined> => {
  if (cursor === undefined) return undefined
  const { id, param } = cursor
  const intent = isIntentId(id) ? await findIntent(sql, tenant, id) : undefined
  if (intent === undefined) throw new Fault('parameter_resource_missing', { resource: 'payment_intent', id, param })
  return intent
}

/** One page, newest first. @throws Fault parameter_invalid, parameter_resource_missing for an unknown cursor */
export const listIntents = async (
  sql: Sql,
  tenant: Tenant,
  { query, surface }: { query: Query<ListRoute>; surface: Surface },
): Promise<Response<ListRoute>> => {
  const page = parsePage(query)
  const cursor = await cursorOf(sql, tenant, page)
  const read = (): PromiseLike<Intent[]> => {
    if (cursor === undefined) return newestIntents(sql, tenant, page.fetch)
    return (page.direction === 'newer' ? intentsBefore : intentsAfter)(sql, tenant, cursor, page.fetch)
  }
  const { rows, hasMore } = cutPage(await read(), page)
  const { path, alias } = paymentsApi.listPaymentIntents
  return { object: 'list', url: surface === 'stripe' ? path : alias, has_more: hasMore, data: rows.map(intentToWire) }
}
