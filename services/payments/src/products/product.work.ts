import type { MetadataUpdate, Tenant } from '@micro/contracts'
import { Fault, type NewId } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { mergeMetadata } from '@micro/service'
import { createProduct, type Product, type ProductDetails } from './product.ts'
import { isProductId } from './product.ids.ts'
import { insertProduct, lockProduct } from './product.store.ts'

/** What is said of a new product. */
export interface NewProduct extends Omit<ProductDetails, 'metadata' | 'default_price'> {
  readonly id?: string
  readonly name: string
  readonly type?: Product['type']
  readonly metadata?: MetadataUpdate
}

/**
 * Keeps a new product. `within` is the parameter that names it where it is made beside another object.
 * @throws Fault resource_already_exists
 */
export const addProduct = async (
  sql: Sql,
  { newId, now, ...tenant }: Tenant & { readonly newId: NewId; readonly now: Date },
  { id = newId('product'), ...given }: NewProduct,
  within?: string,
): Promise<Product> => {
  const metadata = mergeMetadata({}, given.metadata)
  const product = createProduct({ ...tenant, id, now }, { ...given, metadata })
  if (!(await insertProduct(sql, product))) {
    const param = within === undefined ? 'id' : `${within}[id]`
    throw new Fault('resource_already_exists', { resource: 'Product', id, param })
  }
  return product
}

/** The product that a parameter names, locked. @throws Fault parameter_resource_missing */
export const lockNamedProduct = async (sql: Sql, tenant: Tenant, id: string): Promise<Product> => {
  const product = isProductId(id) ? await lockProduct(sql, tenant, id) : undefined
  if (product === undefined)
    throw new Fault('parameter_resource_missing', { resource: 'product', id, param: 'product' })
  return product
}
