import { currencies, minorUnitDigits } from '@micro/kernel'
import { ApiError } from '@micro/client'
import type { LedgerClient } from '../session/api.ts'

/** `-1234567` at scale 2 is `-12345.67`. Exact, however large. */
export const decimalOf = (minor: bigint, scale: number): string => {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(scale + 1, '0')
  const sign = minor < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The same for people: `-12,345.67`. */
export const amountOf = (minor: bigint, scale: number): string => {
  const [whole = '', fraction] = decimalOf(minor, scale).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** How many, for people: `12,345`. */
export const countOf = (count: number): string => amountOf(BigInt(count), 0)

/** So many of something, for people. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${countOf(count)} ${count === 1 ? one : many}`

/** With its currency: `12,345.67 USD`. */
export const moneyOf = (minor: bigint, scale: number, currency: string): string =>
  `${amountOf(minor, scale)} ${currency.toUpperCase()}`

/** With a sign either way, and nothing for 0: what would come or go. */
export const changeOf = (minor: bigint, scale: number): string =>
  minor === 0n ? '' : `${minor > 0n ? '+' : ''}${amountOf(minor, scale)}`

/**
 * Reads an amount as people write it, `12.50` or `1,234.5`, as minor units; undefined when it is none or has more digits than
 * the currency. Commas only where they part thousands: `12,50` is a mistake, not 1,250.
 */
export const readAmount = (text: string, scale: number): bigint | undefined => {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > scale || text.length > 60) return undefined
  const minor = BigInt(whole.replaceAll(',', '') + fraction.padEnd(scale, '0'))
  return sign === '-' ? -minor : minor
}

/** How many decimal digits each currency has: the world's are known, a merchant's own assets are asked for once. */
export const createScales = (ledger: Pick<LedgerClient, 'retrieveLedgerAsset'>) => {
  const known = new Map<string, number>()

  const ask = async (code: string): Promise<number> => {
    if (currencies.has(code)) return minorUnitDigits(code)
    try {
      return (await ledger.retrieveLedgerAsset({ params: { code } })).scale
    } catch (error) {
      // Of what has no asset the plain whole number is what is sure.
      if (error instanceof ApiError && error.status === 404) return 0
      throw error
    }
  }

  return {
    /** Looks them up, so that `of` knows them. @throws ApiError, ConnectionError */
    async learn(codes: Iterable<string>): Promise<void> {
      for (const code of new Set(codes)) if (!known.has(code)) known.set(code, await ask(code))
    },
    of: (code: string): number => known.get(code) ?? 0,
  }
}
export type Scales = ReturnType<typeof createScales>
