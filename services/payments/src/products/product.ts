import type { Body, paymentsApi, Product as WireProduct, Tenant } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { changedText } from '../address.ts'

/** A product as its row has it. */
export interface Product extends Tenant {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly type: WireProduct['type']
  readonly description: string | null
  readonly images: string[]
  readonly marketing_features: string[]
  readonly metadata: Record<string, string>
  readonly package_dimensions: WireProduct['package_dimensions']
  readonly shippable: boolean | null
  readonly statement_descriptor: string | null
  readonly tax_code: string | null
  readonly unit_label: string | null
  readonly url: string | null
  readonly default_price: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** What a caller says of a product, at its creation or later. */
export interface ProductDetails extends Omit<Body<typeof paymentsApi.updateProduct>, 'metadata'> {
  /** As it is to be, merged already. */
  readonly metadata: Record<string, string>
}

/** What a parameter leaves of a list: as it was when left out, nothing of it when empty. */
const changedList = <Item>(current: Item[], given: readonly Item[] | '' | null | undefined): Item[] =>
  given === undefined ? current : [...(given || [])]

const dimensionsOf = (
  given: Exclude<ProductDetails['package_dimensions'], '' | null | undefined>,
): NonNullable<Product['package_dimensions']> => ({
  height: Number(given.height),
  length: Number(given.length),
  weight: Number(given.weight),
  width: Number(given.width),
})

/** What is left out stays, and an empty text takes away. */
export const changeProduct = (current: Product, given: ProductDetails, now: Date): Product => {
  const { package_dimensions: dimensions, marketing_features: features } = given
  return {
    ...current,
    name: given.name ?? current.name,
    active: given.active ?? current.active,
    description: changedText(current.description, given.description),
    images: changedList(current.images, given.images),
    marketing_features: changedList(current.marketing_features, features && features.map(({ name }) => name)),
    metadata: given.metadata,
    package_dimensions:
      dimensions === undefined ? current.package_dimensions : dimensions ? dimensionsOf(dimensions) : null,
    shippable: given.shippable ?? current.shippable,
    statement_descriptor: changedText(current.statement_descriptor, given.statement_descriptor),
    tax_code: changedText(current.tax_code, given.tax_code),
    unit_label: changedText(current.unit_label, given.unit_label),
    url: changedText(current.url, given.url),
    default_price: changedText(current.default_price, given.default_price),
    updated_at: now,
  }
}

export const createProduct = (
  { id, merchant, mode, now }: Tenant & { id: string; now: Date },
  given: ProductDetails & { readonly name: string; readonly type?: WireProduct['type'] },
): Product =>
  changeProduct(
    {
      ...{ id, merchant, mode },
      name: given.name,
      active: true,
      type: given.type ?? 'service',
      description: null,
      images: [],
      marketing_features: [],
      metadata: {},
      package_dimensions: null,
      shippable: null,
      statement_descriptor: null,
      tax_code: null,
      unit_label: null,
      url: null,
      default_price: null,
      created_at: now,
      updated_at: now,
    },
    given,
    now,
  )

// A column of jsonb does not keep the order of its members.
const dimensionsToWire = (kept: Product['package_dimensions']): WireProduct['package_dimensions'] =>
  kept === null ? null : { height: kept.height, length: kept.length, weight: kept.weight, width: kept.width }

/** The product as the API and the events show it; the members stand in the contract's order. */
export const productToWire = (product: Product): WireProduct => ({
  id: product.id,
  object: 'product',
  active: product.active,
  created: unixSeconds(product.created_at),
  default_price: product.default_price,
  description: product.description,
  images: [...product.images],
  livemode: product.mode === 'live',
  marketing_features: product.marketing_features.map((name) => ({ name })),
  metadata: product.metadata,
  name: product.name,
  package_dimensions: dimensionsToWire(product.package_dimensions),
  shippable: product.shippable,
  statement_descriptor: product.statement_descriptor,
  tax_code: product.tax_code,
  tax_details: null,
  type: product.type,
  unit_label: product.unit_label,
  updated: unixSeconds(product.updated_at),
  url: product.url,
})
