import { paymentsApi, type Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { answerList, mergeMetadata, unsettable, type EmittedEvent, type Handlers } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { createPrice, priceToWire, unitAmountOf } from '../prices/price.ts'
import { isPriceId } from '../prices/price.ids.ts'
import { findPrice, hasPrices, insertPrice } from '../prices/price.store.ts'
import { changeProduct, productToWire, type Product } from './product.ts'
import { isProductId, productMissing } from './product.ids.ts'
import { searchForProducts } from './product.search.ts'
import {
  findProduct,
  lockProduct,
  newerProducts,
  olderProducts,
  removeProduct,
  saveProduct,
  type ProductFilter,
} from './product.store.ts'
import { addProduct } from './product.work.ts'

type ProductHandlers = Handlers<
  Pick<
    typeof paymentsApi,
    'createProduct' | 'retrieveProduct' | 'updateProduct' | 'deleteProduct' | 'listProducts' | 'searchProducts'
  >
>

export const productHandlers = (deps: ChargeDependencies): ProductHandlers => {
  const { db, newId, merchantTime } = deps
  const change = createChange(deps)

  const lock = async (sql: Sql, tenant: Tenant, id: string): Promise<Product> => {
    const product = isProductId(id) ? await lockProduct(sql, tenant, id) : undefined
    if (product === undefined) throw productMissing(id)
    return product
  }

  /** @throws Fault parameter_resource_missing when it is no price of the product's own */
  const requireOwnPrice = async (sql: Sql, product: Product, id: string): Promise<void> => {
    const price = isPriceId(id) ? await findPrice(sql, product, id) : undefined
    if (price?.product !== product.id)
      throw new Fault('parameter_resource_missing', { resource: 'price', id, param: 'default_price' })
  }

  return {
    async createProduct(call) {
      const tenant = tenantOf(call)
      const { default_price_data: first, ...given } = call.body
      const unit = first && unitAmountOf(first, 'default_price_data')
      const now = await merchantTime.now(tenant)
      return change(call, paymentsApi.createProduct, async (sql) => {
        const made = await addProduct(sql, { ...tenant, newId, now }, given)
        if (first === undefined || unit === undefined) {
          const answer = productToWire(made)
          return { answer, events: [{ type: 'product.created', object: answer }] }
        }
        const price = createPrice(
          { ...tenant, id: newId('price'), product: made.id, now },
          { ...first, unit },
          {
            metadata: mergeMetadata({}, first.metadata),
          },
        )
        const product = { ...made, default_price: price.id }
        await insertPrice(sql, price)
        await saveProduct(sql, product)
        const answer = productToWire(product)
        const events: EmittedEvent[] = [
          { type: 'product.created', object: answer },
          { type: 'price.created', object: priceToWire(price) },
        ]
        return { answer, events }
      })
    },

    async retrieveProduct(call) {
      const { id } = call.params
      const product = isProductId(id) ? await findProduct(db.sql, tenantOf(call), id) : undefined
      if (product === undefined) throw productMissing(id)
      return productToWire(product)
    },

    async updateProduct(call) {
      const tenant = tenantOf(call)
      const now = await merchantTime.now(tenant)
      return change(call, paymentsApi.updateProduct, async (sql) => {
        const current = await lock(sql, tenant, call.params.id)
        const metadata = mergeMetadata(current.metadata, call.body.metadata)
        const product = changeProduct(current, { ...call.body, metadata }, now)
        const asked = unsettable(call.body.default_price)
        if (asked !== undefined && asked !== null) await requireOwnPrice(sql, product, asked)
        await saveProduct(sql, product)
        const answer = productToWire(product)
        return { answer, events: [{ type: 'product.updated', object: answer, before: productToWire(current) }] }
      })
    },

    deleteProduct: (call) =>
      change(call, paymentsApi.deleteProduct, async (sql) => {
        const product = await lock(sql, tenantOf(call), call.params.id)
        if (await hasPrices(sql, product, product.id)) throw new Fault('product_has_prices')
        await removeProduct(sql, product)
        // As it was: the last that is told of it.
        const events: EmittedEvent[] = [{ type: 'product.deleted', object: productToWire(product) }]
        return { answer: { id: product.id, object: 'product' as const, deleted: true as const }, events }
      }),

    async listProducts(call) {
      const tenant = tenantOf(call)
      const { active = null, ids = null, shippable = null, type = null, url = null, ...query } = call.query
      const filter: ProductFilter = { active, ids, shippable, type, url }
      return answerList(
        {
          query,
          url: paymentsApi.listProducts.path,
          resource: 'product',
          find: async (id) => (isProductId(id) ? findProduct(db.sql, tenant, id) : undefined),
          older: (window) => olderProducts(db.sql, tenant, { filter, window }),
          newer: (window) => newerProducts(db.sql, tenant, { filter, window }),
        },
        productToWire,
      )
    },

    searchProducts: (call) => searchForProducts(db, tenantOf(call), call.query),
  }
}
