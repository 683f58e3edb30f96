import Type, { type Static } from 'typebox'
import { Exact, List, pageQuery, Text, Timestamp } from './common.ts'
import { Currency } from './ledger-parts.ts'
import { route } from './route.ts'

export const LedgerAsset = Type.Object({
  object: Type.Literal('ledger.asset'),
  code: Type.String(),
  name: Type.String(),
  scale: Type.Integer({ description: 'Decimal digits of an amount: with 8, an amount of 1 is 0.00000001.' }),
  livemode: Type.Boolean(),
  created: Timestamp,
})
export type LedgerAsset = Static<typeof LedgerAsset>

export const assetRoutes = {
  createLedgerAsset: route({
    method: 'POST',
    path: '/ledger/assets',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary: 'Create an asset to keep accounts in beside the currencies of ISO 4217. The same again answers 200.',
    body: Exact({
      code: Currency,
      name: Text(255, 1),
      scale: Type.Integer({ minimum: 0, maximum: 18, description: 'Decimal digits of an amount; never changes.' }),
    }),
    response: LedgerAsset,
    faults: ['asset_exists'],
  }),
  retrieveLedgerAsset: route({
    method: 'GET',
    path: '/ledger/assets/:code',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve an asset.',
    params: Exact({ code: Text(255, 1) }),
    response: LedgerAsset,
    faults: ['resource_missing'],
  }),
  listLedgerAssets: route({
    method: 'GET',
    path: '/ledger/assets',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'List the assets the merchant made, by code.',
    query: Exact(pageQuery),
    response: List(LedgerAsset),
  }),
} as const
