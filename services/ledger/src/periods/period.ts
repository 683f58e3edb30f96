import { secondsMax, type LedgerPeriod, type Mode } from '@micro/contracts'
import { addMs, Fault, fromUnixSeconds, parseTimestamp, unixSeconds } from '@micro/kernel'
import { periodClosed } from '../posting/period.ts'
import { totalsToWire, type Totals } from '../reports/report.ts'

/** A closed period; nothing of it ever changes. */
export interface Period {
  readonly id: string
  readonly mode: Mode
  /** From 1, without gaps. */
  readonly number: number
  /** Everything that counts before this is closed. */
  readonly closedBefore: Date
  /** Where the period before it ended; null for the first. */
  readonly openedAt: Date | null
  readonly description: string | null
  /** The newest transaction of the book when it was closed, and its hash. */
  readonly seq: bigint
  readonly hash: Buffer | null
  readonly createdAt: Date
}

const timeMax = fromUnixSeconds(secondsMax)

const secondOf = (given: string | number): Date | undefined => {
  if (typeof given === 'number' || /^[0-9]+$/.test(given)) return fromUnixSeconds(Number(given) + 1)
  const day = parseTimestamp(`${given}T00:00:00Z`)
  // A day that no month has becomes one of the next month.
  return day?.toISOString().startsWith(given) ? addMs(day, 86_400_000) : undefined
}

/** The first instant that stays open: after the second or the date given. @throws Fault parameter_invalid */
export const closedBeforeOf = (given: string | number, now: Date): Date => {
  const refuse = (reason: string): Fault => new Fault('parameter_invalid', { param: 'closes_through', reason })
  const before = secondOf(given)
  if (before === undefined || !(before >= fromUnixSeconds(1) && before <= timeMax))
    throw refuse(`must be a second since the Unix epoch or a date of the calendar, got '${given}'`)
  if (before > now) throw refuse('must have passed altogether: what is to come cannot be closed')
  return before
}

/** A closing asked for. */
export type Closing = Pick<Period, 'closedBefore' | 'description'>

/**
 * What closing comes to on the newest period: close, or repeat what is closed just so.
 * @throws Fault period_closed
 */
export const decideClosing = (newest: Closing | undefined, wanted: Closing): 'close' | 'repeat' => {
  if (newest === undefined || newest.closedBefore < wanted.closedBefore) return 'close'
  const same = newest.closedBefore.getTime() === wanted.closedBefore.getTime()
  if (same && newest.description === wanted.description) return 'repeat'
  throw periodClosed('closes_through', newest.closedBefore)
}

/** Totals with what others add to them; those that come to nothing are left out. */
export const addTotals = (totals: readonly Totals[], moved: readonly Totals[]): Totals[] => {
  const sums = new Map<string, Totals>()
  for (const each of [...totals, ...moved]) {
    const key = `${each.currency} ${each.type}`
    const { debits, credits } = sums.get(key) ?? { debits: 0n, credits: 0n }
    sums.set(key, { ...each, debits: debits + each.debits, credits: credits + each.credits })
  }
  return [...sums.values()]
    .filter(({ debits, credits }) => debits !== 0n || credits !== 0n)
    .toSorted((a, b) => (`${a.currency} ${a.type}` < `${b.currency} ${b.type}` ? -1 : 1))
}

const lastSecondBefore = (time: Date): number => unixSeconds(time) - 1

export const listedPeriodToWire = (period: Period) => ({
  id: period.id,
  object: 'ledger.period' as const,
  closes_through: lastSecondBefore(period.closedBefore),
  closes_after: period.openedAt && lastSecondBefore(period.openedAt),
  description: period.description,
  seq: Number(period.seq),
  hash: period.hash?.toString('hex') ?? null,
  livemode: period.mode === 'live',
  created: unixSeconds(period.createdAt),
})

/** Rows of a period's trial balance that are told with it. */
export const totalsShownMax = 1_000

/** `totals`: one more than are shown tells that there are more. */
export const periodToWire = (period: Period, totals: readonly Totals[]): LedgerPeriod => ({
  ...listedPeriodToWire(period),
  totals: totals.slice(0, totalsShownMax).map(totalsToWire),
  totals_has_more: totals.length > totalsShownMax,
})
