import { paymentsApi, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { answerList, mergeMetadata, unsettable, type Call, type EmittedEvent, type Handlers } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { productToWire } from '../products/product.ts'
import { lockProduct } from '../products/product.store.ts'
import { addProduct, lockNamedProduct } from '../products/product.work.ts'
import { changePrice, checkTaxBehavior, createPrice, priceToWire, unitAmountOf, type Price } from './price.ts'
import { isPriceId, priceMissing } from './price.ids.ts'
import { searchForPrices } from './price.search.ts'
import {
  findPrice,
  insertPrice,
  lockLookupKey,
  lockPrice,
  newerPrices,
  olderPrices,
  savePrice,
  type PriceFilter,
} from './price.store.ts'

type PriceHandlers = Handlers<
  Pick<typeof paymentsApi, 'createPrice' | 'retrievePrice' | 'updatePrice' | 'listPrices' | 'searchPrices'>
>
type CreateCall = Call<typeof paymentsApi.createPrice>

/** @throws Fault parameter_missing, parameter_invalid */
const checkProduct = ({ product, product_data: data }: CreateCall['body']): void => {
  if (product === undefined && data === undefined) throw new Fault('parameter_missing', { param: 'product' })
  if (product !== undefined && data !== undefined)
    throw new Fault('parameter_invalid', { param: 'product_data', reason: 'it cannot be given together with product' })
}

export const priceHandlers = (deps: ChargeDependencies): PriceHandlers => {
  const { db, newId, merchantTime } = deps
  const change = createChange(deps)

  const find = async (tenant: Tenant, id: string): Promise<Price> => {
    const price = isPriceId(id) ? await findPrice(db.sql, tenant, id) : undefined
    if (price === undefined) throw priceMissing(id)
    return price
  }

  /** Makes a lookup key free for a price: another one that has it loses it, if the caller says so. */
  const freeLookupKey = async (sql: Sql, price: Price, transfer: boolean | undefined): Promise<EmittedEvent[]> => {
    if (price.lookup_key === null) return []
    const holder = await lockLookupKey(sql, price, price.lookup_key)
    if (holder === undefined || holder.id === price.id) return []
    if (transfer !== true) {
      const reason = `${holder.id} has it already; move it by transfer_lookup_key=true`
      throw new Fault('parameter_invalid', { param: 'lookup_key', reason })
    }
    const former = { ...holder, lookup_key: null }
    await savePrice(sql, former)
    return [{ type: 'price.updated', object: priceToWire(former), before: priceToWire(holder) }]
  }

  /** The product of a new price: one there is, or one that is made with it. */
  const productFor = async (
    sql: Sql,
    { tenant, now, body }: { tenant: Tenant; now: Date; body: CreateCall['body'] },
  ): Promise<{ id: string; events: EmittedEvent[] }> => {
    if (body.product_data === undefined)
      return { id: (await lockNamedProduct(sql, tenant, body.product ?? '')).id, events: [] }
    const product = await addProduct(sql, { ...tenant, newId, now }, body.product_data, 'product_data')
    return { id: product.id, events: [{ type: 'product.created', object: productToWire(product) }] }
  }

  return {
    async createPrice(call) {
      const tenant = tenantOf(call)
      const { body } = call
      checkProduct(body)
      const amount = { ...body, unit: unitAmountOf(body) }
      const now = await merchantTime.now(tenant)
      return change(call, paymentsApi.createPrice, async (sql) => {
        const product = await productFor(sql, { tenant, now, body })
        const identity = { ...tenant, id: newId('price'), product: product.id, now }
        const price = createPrice(identity, amount, { ...body, metadata: mergeMetadata({}, body.metadata) })
        const freed = await freeLookupKey(sql, price, body.transfer_lookup_key)
        await insertPrice(sql, price)
        const answer = priceToWire(price)
        return { answer, events: [...product.events, ...freed, { type: 'price.created', object: answer }] }
      })
    },

    retrievePrice: async (call) => priceToWire(await find(tenantOf(call), call.params.id)),

    async updatePrice(call) {
      const tenant = tenantOf(call)
      const { body } = call
      // Without a lock: a price belongs to one product in its life.
      const { id, product: productId } = await find(tenant, call.params.id)
      return change(call, paymentsApi.updatePrice, async (sql) => {
        const product = await lockProduct(sql, tenant, productId)
        const current = await lockPrice(sql, tenant, id)
        if (product === undefined || current === undefined) throw priceMissing(id)
        checkTaxBehavior(current, body.tax_behavior)
        const price = changePrice(current, { ...body, metadata: mergeMetadata(current.metadata, body.metadata) })
        if (!price.active && product.default_price === id) throw new Fault('price_is_default', { param: 'active' })
        const asked = unsettable(body.lookup_key)
        const freed = asked === undefined ? [] : await freeLookupKey(sql, price, body.transfer_lookup_key)
        await savePrice(sql, price)
        const answer = priceToWire(price)
        const updated: EmittedEvent = { type: 'price.updated', object: answer, before: priceToWire(current) }
        return { answer, events: [...freed, updated] }
      })
    },

    async listPrices(call) {
      const tenant = tenantOf(call)
      const { active = null, currency, lookup_keys = null, product = null, type, ...query } = call.query
      const filter: PriceFilter = {
        ...{ active, product },
        currency: currency?.toLowerCase() ?? null,
        // There are none that recur.
        lookupKeys: type === 'recurring' ? [] : lookup_keys,
      }
      return answerList(
        {
          query,
          url: paymentsApi.listPrices.path,
          resource: 'price',
          find: async (id) => (isPriceId(id) ? findPrice(db.sql, tenant, id) : undefined),
          older: (window) => olderPrices(db.sql, tenant, { filter, window }),
          newer: (window) => newerPrices(db.sql, tenant, { filter, window }),
        },
        priceToWire,
      )
    },

    searchPrices: (call) => searchForPrices(db, tenantOf(call), call.query),
  }
}
