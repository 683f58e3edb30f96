import type { LedgerAsset, Mode } from '@micro/contracts'
import { currencies, Fault, unixSeconds } from '@micro/kernel'

export interface NewAsset {
  readonly code: string
  readonly name: string
  /** Decimal digits of an amount. */
  readonly scale: number
}

/** What a merchant counts besides the currencies of ISO 4217. Never changes. */
export interface Asset extends NewAsset {
  readonly mode: Mode
  readonly createdAt: Date
}

/** True for the codes that mean the same to everybody, and are no merchant's to define. */
export const isIsoCurrency = (code: string): boolean => currencies.has(code)

/** @throws Fault currency_unsupported */
export const parseIsoCurrency = (given: string): string => {
  const currency = given.toLowerCase()
  if (!isIsoCurrency(currency)) throw new Fault('currency_unsupported', { param: 'currency', currency: given })
  return currency
}

/** True when asking for `wanted` again would have made exactly this asset. */
export const isSameAsset = (existing: Asset, wanted: NewAsset): boolean =>
  existing.name === wanted.name && existing.scale === wanted.scale

export const assetToWire = ({ code, name, scale, mode, createdAt }: Asset): LedgerAsset => ({
  object: 'ledger.asset',
  code,
  name,
  scale,
  livemode: mode === 'live',
  created: unixSeconds(createdAt),
})
