import { paymentsApi, type Charge as WireCharge, type Query, type Response, type Tenant } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { answerList } from '@micro/service'
import { findIntents } from '../payment-intents/payment-intent.store.ts'
import { answerSearch } from '../search/answer-search.ts'
import { foundCharges, newerCharges, olderCharges } from './charge-pages.store.ts'
import { isChargeId } from './charge.ids.ts'
import { findCharge } from './charge.store.ts'
import { chargeToWire } from './charge.wire.ts'
import type { Charge } from './charge.ts'

type ListRoute = typeof paymentsApi.listCharges
type SearchRoute = typeof paymentsApi.searchCharges

/** Each with its intent, of which charges of older versions show description and metadata. */
export const chargesToWire = async (sql: Sql, tenant: Tenant, rows: readonly Charge[]): Promise<WireCharge[]> => {
  const found = await findIntents(sql, tenant, [...new Set(rows.map(({ payment_intent }) => payment_intent))])
  const intents = new Map(found.map((intent) => [intent.id, intent]))
  return rows.map((charge) => {
    const intent = intents.get(charge.payment_intent)
    assert(intent !== undefined, `charge ${charge.id} has no intent`)
    return chargeToWire(charge, intent)
  })
}

/** One page, newest first. @throws Fault parameter_invalid, parameter_resource_missing for an unknown cursor */
export const listCharges = async (sql: Sql, tenant: Tenant, query: Query<ListRoute>): Promise<Response<ListRoute>> => {
  const { customer, payment_intent: paymentIntent, transfer_group: transferGroup } = query
  const filter = { customer, paymentIntent, transferGroup }
  const list = await answerList(
    {
      query,
      url: paymentsApi.listCharges.path,
      resource: 'charge',
      find: async (id) => (isChargeId(id) ? findCharge(sql, tenant, id) : undefined),
      older: (window) => olderCharges(sql, tenant, { ...filter, window }),
      newer: (window) => newerCharges(sql, tenant, { ...filter, window }),
    },
    (charge) => charge,
  )
  return { ...list, data: await chargesToWire(sql, tenant, list.data) }
}

const fields = {
  amount: 'numeric',
  created: 'numeric',
  currency: 'token',
  customer: 'token',
  disputed: 'token',
  metadata: 'token',
  'payment_method_details.card.brand': 'token',
  'payment_method_details.card.last4': 'token',
  refunded: 'token',
  status: 'token',
} as const

/** One page of what a search finds, newest first. @throws Fault parameter_invalid for a query or page that is none */
export const searchCharges = async (
  db: Database,
  tenant: Tenant,
  given: Query<SearchRoute>,
): Promise<Response<SearchRoute>> => {
  const result = await answerSearch(db, tenant, given, {
    url: paymentsApi.searchCharges.path,
    fields,
    find: findCharge,
    search: foundCharges,
    toWire: (charge) => charge,
  })
  return { ...result, data: await chargesToWire(db.sql, tenant, result.data) }
}
