import type { HoldStatus, LedgerHold } from '@micro/contracts'
import type { Tone } from '../../ui/badge.tsx'

export const holdStatuses = ['open', 'captured', 'released', 'expired'] as const satisfies readonly HoldStatus[]

/** Which holds are shown, as it stands in the address; left out: those that are open. */
export interface HoldFilters {
  readonly status?: HoldStatus | 'any'
  /** The hold behind which the page starts. */
  readonly after?: string
}

/** What makes no sense in an address is left out, so that no address breaks the page. */
export const holdFiltersIn = ({ status, after }: Record<string, unknown>): HoldFilters => {
  const known = ([...holdStatuses, 'any'] as const).find((each) => each === status)
  return {
    ...(known === undefined ? {} : { status: known }),
    ...(typeof after === 'string' && /^hold_\w{1,100}$/.test(after) ? { after } : {}),
  }
}

type Shown = Pick<LedgerHold, 'entries' | 'status' | 'reference_id'>

/** What of a hold is still set aside, or was at first: the sum of its debits, currency by currency. */
export const heldBy = ({ entries }: Pick<Shown, 'entries'>, what: 'remaining' | 'amount') =>
  [...Map.groupBy(entries, ({ currency }) => currency)].map(([currency, theirs]) => ({
    currency,
    amount: theirs
      .filter(({ direction }) => direction === 'debit')
      .reduce((sum, { [`${what}_str` as const]: text }) => sum + BigInt(text.replace('-', '')), 0n),
  }))

/** Whether it can be captured and released here: not what has ended, nor what is Micro's own. */
export const isOpen = ({ status, reference_id }: Shown): boolean =>
  status === 'open' && !reference_id.startsWith('micro:')

/** Between two accounts an amount says which entries are meant; of more only all that is left. */
export const takesAmount = ({ entries }: Pick<Shown, 'entries'>): boolean => entries.length === 2

export const holdStates = {
  open: { text: 'Open', tone: 'accent' },
  captured: { text: 'Captured', tone: 'good' },
  released: { text: 'Released', tone: 'calm' },
  expired: { text: 'Expired', tone: 'warn' },
  dry_run: { text: 'Only tried', tone: 'calm' },
} as const satisfies Record<LedgerHold['status'], { text: string; tone: Tone }>
