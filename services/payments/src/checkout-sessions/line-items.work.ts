import type { Body, paymentsApi, Tenant } from '@micro/contracts'
import { Fault, type NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { EmittedEvent } from '@micro/service'
import { createPrice, priceToWire, unitAmountOf, type Price } from '../prices/price.ts'
import { isPriceId } from '../prices/price.ids.ts'
import { findPrices, insertPrice } from '../prices/price.store.ts'
import { productToWire, type Product } from '../products/product.ts'
import { isProductId } from '../products/product.ids.ts'
import { findProducts, lockProduct } from '../products/product.store.ts'
import { addProduct } from '../products/product.work.ts'
import { lineAmount, type LineItem } from './checkout-session.ts'

type Given = NonNullable<Body<typeof paymentsApi.createCheckoutSession>['line_items']>
type PriceData = NonNullable<Given[number]['price_data']>
type Making = Tenant & { readonly newId: NewId; readonly now: Date }

/** What is sold, in which one currency, and what was made for it. */
export interface Sold {
  readonly items: readonly LineItem[]
  readonly currency: string
  readonly events: readonly EmittedEvent[]
}

const named = (at: number, ...names: string[]): string =>
  [`line_items[${at}]`, ...names.map((name) => `[${name}]`)].join('')

const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.map((row) => [row.id, row]))

/** What stands in one line, and each of its prices in the one way amounts are written. @throws Fault */
export const checkLine = ({ price, price_data: data }: Given[number], at: number): void => {
  if (price === undefined && data === undefined) throw new Fault('parameter_missing', { param: named(at, 'price') })
  const refuse = (param: string, beside: string): Fault =>
    new Fault('parameter_invalid', { param, reason: `it cannot be given together with ${beside}` })
  if (price !== undefined && data !== undefined) throw refuse(named(at, 'price_data'), 'price')
  if (data === undefined) return
  unitAmountOf(data, named(at, 'price_data'))
  if (data.product !== undefined && data.product_data !== undefined)
    throw refuse(named(at, 'price_data', 'product_data'), 'product')
  if (data.product === undefined && data.product_data === undefined)
    throw new Fault('parameter_missing', { param: named(at, 'price_data', 'product') })
}

/** The prices that lines name by id. @throws Fault parameter_resource_missing, parameter_invalid */
const findNamed = async (sql: Sql, tenant: Tenant, given: Given): Promise<ReadonlyMap<string, Price>> => {
  const asked = given.flatMap(({ price }) => (price !== undefined && isPriceId(price) ? [price] : []))
  const prices = byId(asked.length === 0 ? [] : await findPrices(sql, tenant, [...new Set(asked)]))
  for (const [at, { price: id }] of given.entries()) {
    if (id === undefined) continue
    const param = named(at, 'price')
    const price = prices.get(id)
    if (price === undefined) throw new Fault('parameter_resource_missing', { resource: 'price', id, param })
    if (!price.active) throw new Fault('parameter_invalid', { param, reason: `${id} is not active` })
  }
  return prices
}

/** In the order of their ids, so that two who name the same products do not wait for each other. */
const lockNamed = async (sql: Sql, tenant: Tenant, given: Given): Promise<ReadonlyMap<string, Product>> => {
  const asked = given.flatMap(({ price_data: data }) => (data?.product === undefined ? [] : [data.product]))
  const products = new Map<string, Product>()
  for (const id of [...new Set(asked)].toSorted()) {
    const product = isProductId(id) ? await lockProduct(sql, tenant, id) : undefined
    if (product !== undefined) products.set(id, product)
  }
  for (const [at, { price_data: data }] of given.entries()) {
    if (data?.product === undefined || products.has(data.product)) continue
    const param = named(at, 'price_data', 'product')
    throw new Fault('parameter_resource_missing', { resource: 'product', id: data.product, param })
  }
  return products
}

/** The price of one line that brings it along, and its product; neither is offered to anybody else. */
const makePrice = async (
  sql: Sql,
  { newId, now, ...tenant }: Making,
  data: PriceData,
  found: Product | undefined,
): Promise<{ price: Price; product: Product; events: EmittedEvent[] }> => {
  const { product_data: productData } = data
  const product =
    found ??
    (await addProduct(sql, { ...tenant, newId, now }, { active: false, ...productData, name: productData?.name ?? '' }))
  const identity = { ...tenant, id: newId('price'), product: product.id, now }
  const price = createPrice(identity, { ...data, unit: unitAmountOf(data) }, { active: false, metadata: {} })
  await insertPrice(sql, price)
  return {
    price,
    product,
    events: [
      ...(found === undefined ? [{ type: 'product.created', object: productToWire(product) } as const] : []),
      { type: 'price.created', object: priceToWire(price) },
    ],
  }
}

/** @throws Fault parameter_invalid unless all lines, and the session where it names one, have one currency */
const oneCurrency = (given: Given, prices: readonly Price[], asked: string | undefined): string => {
  const currency = asked?.toLowerCase() ?? prices[0]?.currency ?? ''
  const at = prices.findIndex((price) => price.currency !== currency)
  if (at === -1) return currency
  const param = given[at]?.price === undefined ? named(at, 'price_data', 'currency') : named(at, 'price')
  const reason = `it is in ${prices[at]?.currency}, and the session in ${currency}`
  throw new Fault('parameter_invalid', { param, reason })
}

/**
 * What the lines of a new session sell, as it is now: their prices are found, or made with their products.
 * @throws Fault parameter_resource_missing, parameter_invalid
 */
export const sell = async (
  sql: Sql,
  making: Making,
  { given, currency: asked }: { given: Given; currency: string | undefined },
): Promise<Sold> => {
  const known = await findNamed(sql, making, given)
  const locked = await lockNamed(sql, making, given)
  const productsOf = byId(
    known.size === 0 ? [] : await findProducts(sql, making, [...new Set([...known.values()].map((p) => p.product))]),
  )
  const events: EmittedEvent[] = []
  const lines: { price: Price; name: string; quantity: number }[] = []
  for (const { price: id, price_data: data, quantity = 1 } of given) {
    const price = id === undefined ? undefined : known.get(id)
    if (price !== undefined) {
      lines.push({ price, name: productsOf.get(price.product)?.name ?? price.product, quantity })
    } else if (data !== undefined) {
      const made = await makePrice(sql, making, data, data.product === undefined ? undefined : locked.get(data.product))
      events.push(...made.events)
      lines.push({ price: made.price, name: made.product.name, quantity })
    }
  }
  const currency = oneCurrency(
    given,
    lines.map(({ price }) => price),
    asked,
  )
  const items = lines.map(({ price, name, quantity }, at): LineItem => ({
    id: making.newId('checkout_line_item'),
    position: at + 1,
    description: name,
    price: { ...priceToWire(price) },
    amount: lineAmount(price.unit_amount_decimal, quantity),
    quantity,
  }))
  return { items, currency, events }
}
