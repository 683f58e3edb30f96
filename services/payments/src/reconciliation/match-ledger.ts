import { fromUnixSeconds } from '@micro/kernel'
import type { Movement } from '../movements/movement.ts'
import { postingFor, referenceOf } from '../movements/posting.ts'
import { difference, isFresh, type Difference, type Terms } from './difference.ts'

/** A transaction as the ledger has it: entries credit +, debit -. */
export interface Recorded {
  readonly id: string
  readonly reference_id: string
  readonly currency: string | null
  /** In seconds since the Unix epoch. */
  readonly recorded_at: number
  readonly entries: readonly { readonly account_id: string; readonly amount_str: string }[]
}

const sumsOf = (entries: readonly { account: string; amount: bigint }[]): Map<string, bigint> => {
  const sums = new Map<string, bigint>()
  for (const { account, amount } of entries) sums.set(account, (sums.get(account) ?? 0n) + amount)
  return sums
}

const expected = (movement: Movement): Map<string, bigint> =>
  sumsOf(
    postingFor(movement).entries.map(({ account_id, amount, direction }) => ({
      account: account_id,
      amount: BigInt(amount) * (direction === 'debit' ? -1n : 1n),
    })),
  )

/** What differs about a movement and what the ledger has under its reference. */
export const matchMovement = (movement: Movement, recorded: Recorded | undefined, terms: Terms): Difference[] => {
  const about = {
    object: movement.source,
    charge: movement.charge,
    balance_transaction: movement.id,
    reference: referenceOf(movement),
    currency: movement.currency,
    since: movement.recorded_at,
  }
  if (recorded === undefined) {
    const amount_here = movement.amount
    if (movement.posting === 'done')
      return [
        difference('not_posted', { ...about, amount_here, detail: `confirmed as ${movement.ledger_transaction}` }),
      ]
    return isFresh(movement.recorded_at, terms) ? [] : [difference('not_posted', { ...about, amount_here })]
  }
  const want = expected(movement)
  const have = sumsOf(
    recorded.entries.map(({ account_id, amount_str }) => ({ account: account_id, amount: BigInt(amount_str) })),
  )
  const account = [...new Set([...want.keys(), ...have.keys()])].find((each) => want.get(each) !== have.get(each))
  if (account === undefined) return []
  return [
    difference('ledger_differs', {
      ...about,
      amount_here: want.get(account) ?? 0n,
      amount_there: have.get(account) ?? 0n,
      detail: account,
    }),
  ]
}

/** The kind and source that a reference names, if it is one of a movement. */
export const namesOf = (reference: string): { kind: string; source: string } | undefined => {
  const [, kind, source] = /^micro:([a-z_]+):(.+)$/.exec(reference) ?? []
  return kind === undefined || source === undefined ? undefined : { kind, source }
}

export const unknownInLedger = (recorded: Recorded): Difference =>
  difference('ledger_unknown', {
    object: namesOf(recorded.reference_id)?.source ?? null,
    reference: recorded.reference_id,
    currency: recorded.currency,
    amount_there: recorded.entries.reduce(
      (most, { amount_str }) => (BigInt(amount_str) > most ? BigInt(amount_str) : most),
      0n,
    ),
    detail: recorded.id,
    since: fromUnixSeconds(recorded.recorded_at),
  })

/** The sums of both sides, by currency. */
export const matchBalances = (
  here: ReadonlyMap<string, bigint>,
  there: ReadonlyMap<string, bigint>,
  { now }: Terms,
): Difference[] =>
  [...new Set([...here.keys(), ...there.keys()])].toSorted().flatMap((currency) => {
    const [amount_here, amount_there] = [here.get(currency) ?? 0n, there.get(currency) ?? 0n]
    if (amount_here === amount_there) return []
    return [
      difference('balance_differs', {
        currency,
        amount_here,
        amount_there,
        detail: `sys_merchant_balance_${currency}`,
        since: now,
      }),
    ]
  })
