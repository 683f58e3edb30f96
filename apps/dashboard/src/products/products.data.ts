import type { Body, Mode, paymentsApi, Price, Product } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import type { Act } from '../act/use-act.ts'
import { call } from '../api/call.ts'
import { startingAfter } from '../api/paged.ts'
import type { ProductFilters } from './product-filters.ts'

type Payments = typeof paymentsApi

/** A product with the price it is sold at unless another is named. */
export type Priced = Omit<Product, 'default_price'> & { readonly default_price: Price | null }

/** One page of products, newest first. */
export const productsPage = (mode: Mode, { archived, after }: ProductFilters) =>
  queryOptions({
    queryKey: ['payments', mode, 'products', archived, after],
    queryFn: async ({ signal }) => {
      const query = { limit: 20, active: archived !== true, expand: ['data.default_price'], ...startingAfter(after) }
      const { data, has_more } = await call<Payments['listProducts']>('GET /v1/products', { query, mode, signal })
      return { data: data as Priced[], has_more }
    },
  })

/** A product with each of its prices, newest first. */
export const oneProduct = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['payments', mode, 'product', id],
    queryFn: async ({ signal }) => {
      const query = { product: id, limit: 100 }
      const [product, { data: prices }] = await Promise.all([
        call<Payments['retrieveProduct']>('GET /v1/products/:id', { params: { id }, mode, signal }),
        call<Payments['listPrices']>('GET /v1/prices', { query, mode, signal }),
      ])
      return { product, prices }
    },
  })

export const createProduct = (act: Act, body: Body<Payments['createProduct']>) =>
  call<Payments['createProduct']>('POST /v1/products', { body, ...act })

export const updateProduct = (act: Act, id: string, body: Body<Payments['updateProduct']>) =>
  call<Payments['updateProduct']>('POST /v1/products/:id', { params: { id }, body, ...act })

export const createPrice = (act: Act, body: Body<Payments['createPrice']>) =>
  call<Payments['createPrice']>('POST /v1/prices', { body, ...act })

export const updatePrice = (act: Act, id: string, body: Body<Payments['updatePrice']>) =>
  call<Payments['updatePrice']>('POST /v1/prices/:id', { params: { id }, body, ...act })

/** A page on which one of it can be bought; whoever paid comes back to the product. */
export const createCheckout = (act: Act, { price, product }: { price: string; product: string }) => {
  const page = `${location.origin}/dashboard/products/${encodeURIComponent(product)}`
  const body = {
    mode: 'payment' as const,
    line_items: [{ price, quantity: 1 }],
    success_url: page,
    cancel_url: page,
  }
  return call<Payments['createCheckoutSession']>('POST /v1/checkout/sessions', { body, ...act })
}
