import type { Balance, Mode } from '@micro/contracts'

/** What a merchant has in one currency, in minor units. */
export interface Standing {
  /** What can be paid out; negative after refunds and disputes of money that was paid out. */
  readonly available: bigint
  readonly pending: bigint
}

export type Amounts = ReadonlyMap<string, bigint>

/** Sums by currency. */
export const sumUp = (amounts: Iterable<{ readonly currency: string; readonly net: bigint }>): Amounts => {
  const sums = new Map<string, bigint>()
  for (const { currency, net } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + net)
  return sums
}

/** Available is what is there, in the ledger or on its way to it, and not pending. By currency, in alphabetical order. */
export const standingsOf = (total: Amounts, pending: Amounts): ReadonlyMap<string, Standing> => {
  const currencies = [...new Set([...total.keys(), ...pending.keys()])].toSorted()
  return new Map(
    currencies.map((currency) => {
      const waiting = pending.get(currency) ?? 0n
      return [currency, { available: (total.get(currency) ?? 0n) - waiting, pending: waiting }]
    }),
  )
}

/** What a merchant has who never moved anything. */
const nothing: ReadonlyMap<string, Standing> = new Map([['usd', { available: 0n, pending: 0n }]])

export const balanceToWire = (standings: ReadonlyMap<string, Standing>, mode: Mode): Balance => {
  const amounts = (part: keyof Standing) =>
    [...(standings.size === 0 ? nothing : standings)].map(([currency, standing]) => ({
      amount: Number(standing[part]),
      currency,
      source_types: { card: Number(standing[part]) },
    }))
  return {
    object: 'balance',
    available: amounts('available'),
    livemode: mode === 'live',
    pending: amounts('pending'),
  }
}
