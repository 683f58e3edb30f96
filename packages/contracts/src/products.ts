import Type, { type Static } from 'typebox'
import {
  AnyId,
  Deleted,
  Exact,
  IdParam,
  List,
  listQuery,
  Metadata,
  MetadataUpdate,
  Nullable,
  SearchResult,
  searchQuery,
  Text,
  Timestamp,
  Unsettable,
} from './common.ts'
import { Expandable } from './expand.ts'
import { priceAmount, unsupportedAmounts } from './price-amounts.ts'
import { route } from './route.ts'

const ProductType = Type.Union([Type.Literal('service'), Type.Literal('good')])

const PackageDimensions = Type.Object({
  height: Type.Number(),
  length: Type.Number(),
  weight: Type.Number(),
  width: Type.Number(),
})

export const Product = Type.Object({
  id: Type.String(),
  object: Type.Literal('product'),
  active: Type.Boolean(),
  created: Timestamp,
  default_price: Expandable('price'),
  description: Nullable(Type.String()),
  images: Type.Array(Type.String()),
  livemode: Type.Boolean(),
  marketing_features: Type.Array(Type.Object({ name: Type.String() })),
  metadata: Metadata,
  name: Type.String(),
  package_dimensions: Nullable(PackageDimensions, { description: 'Inches and ounces.' }),
  shippable: Nullable(Type.Boolean()),
  statement_descriptor: Nullable(Type.String()),
  tax_code: Nullable(Type.String()),
  tax_details: Type.Null(),
  type: ProductType,
  unit_label: Nullable(Type.String()),
  updated: Timestamp,
  url: Nullable(Type.String()),
})
export type Product = Static<typeof Product>

/** What is told of a product, and what each event shows. */
export const productEvents = {
  'product.created': Product,
  'product.updated': Product,
  'product.deleted': Product,
} as const

/** An id of the merchant's choice. */
const ChosenId = Type.String({
  minLength: 1,
  maxLength: 255,
  pattern: '^[0-9A-Za-z_-]+$',
  'x-expected': 'letters, digits, _ and -',
})
// In JSON a number with a fraction arrives as the text it was written as.
const Dimension = Type.Union(
  [Type.Number({ minimum: 0, maximum: 1_000_000 }), Type.String({ pattern: '^[0-9]{1,6}(\\.[0-9]{1,2})?$' })],
  { 'x-expected': 'a number from 0 to 1000000, with at most 2 decimal places' },
)
const Dimensions = Exact({ height: Dimension, length: Dimension, weight: Dimension, width: Dimension })
const Features = Type.Array(Exact({ name: Text(80, 1) }), { maxItems: 15 })
const Images = Type.Array(Text(2048, 1), { maxItems: 8 })
const Name = Text(250, 1)

const changeable = {
  active: Type.Optional(Type.Boolean()),
  description: Type.Optional(Unsettable(Text(5000))),
  images: Type.Optional(Unsettable(Images)),
  marketing_features: Type.Optional(Unsettable(Features)),
  metadata: Type.Optional(MetadataUpdate),
  package_dimensions: Type.Optional(Unsettable(Dimensions)),
  shippable: Type.Optional(Type.Boolean()),
  statement_descriptor: Type.Optional(Unsettable(Text(22))),
  tax_code: Type.Optional(Unsettable(Text(40))),
  unit_label: Type.Optional(Unsettable(Text(12))),
  url: Type.Optional(Unsettable(Text(2048))),
}

const unsupported = ['features', 'provisioning', 'tax_details'] as const

/** What is said of a product that is made together with its first price. */
export const ProductData = Exact(
  {
    name: Name,
    active: Type.Optional(Type.Boolean()),
    id: Type.Optional(ChosenId),
    metadata: Type.Optional(MetadataUpdate),
    statement_descriptor: changeable.statement_descriptor,
    tax_code: changeable.tax_code,
    unit_label: changeable.unit_label,
  },
  { unsupported },
)

export const productsApi = {
  createProduct: route({
    method: 'POST',
    path: '/v1/products',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary:
      'Create a product, under an id of your choice if you give one; with default_price_data its first price, too.',
    body: Exact(
      {
        ...changeable,
        name: Name,
        id: Type.Optional(ChosenId),
        type: Type.Optional(ProductType),
        default_price_data: Type.Optional(
          Exact({ ...priceAmount, metadata: Type.Optional(MetadataUpdate) }, { unsupported: unsupportedAmounts }),
        ),
      },
      { unsupported },
    ),
    response: Product,
    faults: ['resource_already_exists', 'currency_unsupported', 'amount_too_large', 'parameter_unsupported'],
  }),
  searchProducts: route({
    method: 'GET',
    path: '/v1/products/search',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Search products by active, description, metadata, name, shippable and url.',
    query: Exact(searchQuery),
    response: SearchResult(Product),
  }),
  retrieveProduct: route({
    method: 'GET',
    path: '/v1/products/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a product.',
    params: IdParam,
    response: Product,
    faults: ['resource_missing'],
  }),
  updateProduct: route({
    method: 'POST',
    path: '/v1/products/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Change a product: what is left out stays, an empty text takes away.',
    params: IdParam,
    body: Exact(
      { ...changeable, name: Type.Optional(Name), default_price: Type.Optional(Unsettable(AnyId)) },
      { unsupported },
    ),
    response: Product,
    faults: ['resource_missing', 'parameter_resource_missing'],
  }),
  deleteProduct: route({
    method: 'DELETE',
    path: '/v1/products/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    summary: 'Delete a product that never had a price.',
    params: IdParam,
    response: Deleted('product'),
    faults: ['resource_missing', 'product_has_prices'],
  }),
  listProducts: route({
    method: 'GET',
    path: '/v1/products',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List products, newest first.',
    query: Exact({
      ...listQuery,
      active: Type.Optional(Type.Boolean()),
      ids: Type.Optional(Type.Array(AnyId, { maxItems: 100 })),
      shippable: Type.Optional(Type.Boolean()),
      type: Type.Optional(ProductType),
      url: Type.Optional(Text(2048, 1)),
    }),
    response: List(Product),
  }),
} as const
