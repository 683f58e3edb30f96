import type { PaymentFigures } from '@micro/contracts'
import { Fault, safeIntegerMax } from '@micro/kernel'
import type { ShownKind } from '../movements/kinds.ts'

/** What movements of one kind come to in a stretch, which has a number from 1. */
export interface Moved {
  readonly stretch: number
  readonly currency: string
  readonly kind: CountedKind
  /** As the merchant's balance has it. */
  readonly amount: bigint
  readonly fee: bigint
}

export interface Tried {
  readonly stretch: number
  readonly currency: string
  readonly paid: bigint
  readonly failed: bigint
}

/** As what each kind counts. Payouts move what was earned, and earn nothing. */
const counted = {
  charge: 'volume',
  refund: 'refunds',
  refund_failure: 'refunds',
  dispute: 'disputes',
  dispute_reversal: 'disputes',
  stripe_fee: 'fees',
  processor_fee: 'fees',
  processor_fee_return: 'fees',
} as const satisfies Partial<Record<ShownKind, 'volume' | 'refunds' | 'disputes' | 'fees'>>
export type CountedKind = keyof typeof counted
export const countedKinds = Object.keys(counted) as CountedKind[]

type Currency = PaymentFigures['data'][number]
type Figures = Omit<Currency, 'currency' | 'series'>

/** How whoever asks gets less of them. */
export const hint = 'choose a shorter time'

/** @throws Fault report_too_large rather than round a sum */
const exactly = (sum: bigint): number => {
  if (sum > safeIntegerMax || sum < -safeIntegerMax) throw new Fault('report_too_large', { hint })
  return Number(sum)
}

const figuresOf = (moved: readonly Moved[], tried: readonly Tried[]): Figures => {
  const sums = { volume: 0n, refunds: 0n, disputes: 0n, fees: 0n }
  for (const { kind, amount, fee } of moved) {
    const name = counted[kind]
    sums[name] += name === 'volume' ? amount : -amount
    sums.fees += fee
  }
  return {
    volume: exactly(sums.volume),
    refunds: exactly(sums.refunds),
    disputes: exactly(sums.disputes),
    fees: exactly(sums.fees),
    net: exactly(sums.volume - sums.refunds - sums.disputes - sums.fees),
    paid: tried.reduce((sum, { paid }) => sum + Number(paid), 0),
    failed: tried.reduce((sum, { failed }) => sum + Number(failed), 0),
  }
}

const of = <T extends { readonly stretch: number }>(rows: readonly T[], stretch: number): T[] =>
  rows.filter((row) => row.stretch === stretch)

const attempts = ({ paid, failed }: Figures): number => paid + failed

/**
 * Sums of each currency and of each stretch in it; the currency of most payments first.
 * @throws Fault report_too_large
 */
export const figuresToWire = (
  moved: readonly Moved[],
  tried: readonly Tried[],
  ends: readonly { readonly from: number; readonly until: number }[],
): Currency[] => {
  const [movedBy, triedBy] = [
    Map.groupBy(moved, ({ currency }) => currency),
    Map.groupBy(tried, ({ currency }) => currency),
  ]
  return [...new Set([...movedBy.keys(), ...triedBy.keys()])]
    .map((currency) => {
      const [theirs, tries] = [movedBy.get(currency) ?? [], triedBy.get(currency) ?? []]
      const series = ends.map((end, at) => ({ ...end, ...figuresOf(of(theirs, at + 1), of(tries, at + 1)) }))
      return { currency, ...figuresOf(theirs, tries), series }
    })
    .toSorted((a, b) => attempts(b) - attempts(a) || (a.currency < b.currency ? -1 : 1))
}
