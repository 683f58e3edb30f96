import Type, { type Static } from 'typebox'
import {
  AnyId,
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
import { ExpandableId } from './expand.ts'
import { priceAmount, TaxBehavior, unsupportedAmounts } from './price-amounts.ts'
import { ProductData } from './products.ts'
import { route } from './route.ts'

export const Price = Type.Object({
  id: Type.String(),
  object: Type.Literal('price'),
  active: Type.Boolean(),
  billing_scheme: Type.Literal('per_unit'),
  created: Timestamp,
  currency: Type.String(),
  custom_unit_amount: Type.Null(),
  livemode: Type.Boolean(),
  lookup_key: Nullable(Type.String()),
  metadata: Metadata,
  nickname: Nullable(Type.String()),
  product: ExpandableId('product'),
  recurring: Type.Null(),
  tax_behavior: TaxBehavior,
  tiers_mode: Type.Null(),
  transform_quantity: Type.Null(),
  type: Type.Literal('one_time'),
  unit_amount: Nullable(Type.Integer(), { description: 'Minor units; null where it is no whole number of them.' }),
  unit_amount_decimal: Type.String({ description: 'Minor units, exactly.' }),
})
export type Price = Static<typeof Price>

/** What is told of a price, and what each event shows. */
export const priceEvents = { 'price.created': Price, 'price.updated': Price } as const

const LookupKey = Unsettable(Text(200))

const changeable = {
  active: Type.Optional(Type.Boolean()),
  lookup_key: Type.Optional(LookupKey),
  metadata: Type.Optional(MetadataUpdate),
  nickname: Type.Optional(Unsettable(Text(250))),
  transfer_lookup_key: Type.Optional(Type.Boolean()),
}

export const pricesApi = {
  createPrice: route({
    method: 'POST',
    path: '/v1/prices',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Create a price, of a product there is or of a new one.',
    body: Exact(
      {
        ...priceAmount,
        ...changeable,
        billing_scheme: Type.Optional(Type.Literal('per_unit')),
        product: Type.Optional(AnyId),
        product_data: Type.Optional(ProductData),
      },
      { unsupported: [...unsupportedAmounts, 'tiers', 'tiers_mode', 'transform_quantity'] },
    ),
    response: Price,
    faults: [
      'parameter_resource_missing',
      'resource_already_exists',
      'currency_unsupported',
      'amount_too_large',
      'parameter_unsupported',
    ],
  }),
  searchPrices: route({
    method: 'GET',
    path: '/v1/prices/search',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Search prices by active, currency, lookup_key, metadata, product and type.',
    query: Exact(searchQuery),
    response: SearchResult(Price),
  }),
  retrievePrice: route({
    method: 'GET',
    path: '/v1/prices/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'Retrieve a price.',
    params: IdParam,
    response: Price,
    faults: ['resource_missing'],
  }),
  updatePrice: route({
    method: 'POST',
    path: '/v1/prices/:id',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: 'Change a price, but for what it costs: what is left out stays, an empty text takes away.',
    params: IdParam,
    body: Exact(
      { ...changeable, tax_behavior: Type.Optional(TaxBehavior) },
      { unsupported: ['currency_options', 'recurring'] },
    ),
    response: Price,
    faults: ['resource_missing', 'price_is_default'],
  }),
  listPrices: route({
    method: 'GET',
    path: '/v1/prices',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary: 'List prices, newest first.',
    query: Exact(
      {
        ...listQuery,
        active: Type.Optional(Type.Boolean()),
        currency: Type.Optional(Text(3, 3)),
        lookup_keys: Type.Optional(Type.Array(Text(200, 1), { maxItems: 10 })),
        product: Type.Optional(AnyId),
        type: Type.Optional(Type.Union([Type.Literal('one_time'), Type.Literal('recurring')])),
      },
      { unsupported: ['recurring'] },
    ),
    response: List(Price),
  }),
} as const
