import { InvalidArgumentError } from 'commander'
import type { LedgerClient } from '../../session/api.ts'
import { usageFailure } from '../../shell/failure.ts'
import { readAmount } from '../money.ts'

/** `bank=100.00`, as it was typed. */
export interface Leg {
  readonly account: string
  readonly amount: string
}

/** Collects `account=amount`, given any number of times. @throws InvalidArgumentError */
export const readLeg = (text: string, before: readonly Leg[] = []): Leg[] => {
  const [, account, amount] = /^([^=]+)=([^=]+)$/.exec(text) ?? []
  if (account === undefined || amount === undefined)
    throw new InvalidArgumentError('It must look like account=amount, such as bank=100.00.')
  return [...before, { account, amount }]
}

/** How many decimal digits each account's currency has. @throws ApiError, ConnectionError */
const scalesOf = async (client: LedgerClient, ids: Iterable<string>): Promise<Map<string, number>> => {
  const scales = new Map<string, number>()
  for (const id of new Set(ids)) scales.set(id, (await client.retrieveLedgerAccount({ params: { id } })).scale)
  return scales
}

/** The entries as the API takes them, in minor units. @throws Failure (2), ApiError, ConnectionError */
export const entriesOf = async (client: LedgerClient, legs: { debit: readonly Leg[]; credit: readonly Leg[] }) => {
  const all = (['debit', 'credit'] as const).flatMap((direction) =>
    legs[direction].map((leg) => ({ ...leg, direction })),
  )
  const scales = await scalesOf(
    client,
    all.map(({ account }) => account),
  )
  return all.map(({ account, amount, direction }) => {
    const scale = scales.get(account) ?? 0
    const minor = readAmount(amount, scale)
    if (minor === undefined || minor <= 0n)
      throw usageFailure(
        `--${direction} ${account}=${amount}: the amount must be more than 0, with up to ${scale} decimal digits.`,
      )
    // The sign and the word must say the same: credit +, debit −.
    return { account_id: account, amount: String(direction === 'debit' ? -minor : minor), direction }
  })
}
