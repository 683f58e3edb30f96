import type { Payout, PayoutStatus } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

export const payoutStatuses = [
  'pending',
  'in_transit',
  'paid',
  'failed',
  'canceled',
] as const satisfies readonly PayoutStatus[]

const states: Readonly<Record<PayoutStatus, { text: string; tone: Tone; means: string }>> = {
  pending: {
    text: 'Pending',
    tone: 'warn',
    means: 'It is about to be sent to the bank, and can be canceled until then.',
  },
  in_transit: { text: 'On its way', tone: 'warn', means: 'It was sent to the bank. It can be canceled no more.' },
  paid: { text: 'Paid', tone: 'good', means: 'The bank has it.' },
  failed: { text: 'Failed', tone: 'bad', means: 'The bank did not take it, and the money is in the balance again.' },
  canceled: { text: 'Canceled', tone: 'calm', means: 'It was canceled, and the money is in the balance again.' },
}

/** What a status is called, its colour, and where the money is. */
export const payoutState = (status: PayoutStatus) => states[status]

/** What of the list is shown, as it stands in the address. */
export interface PayoutFilters {
  readonly status?: PayoutStatus
  /** Where the page starts: behind this payout. */
  readonly after?: string
  /** The form for a new payout is open. */
  readonly new?: true
}

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const payoutFiltersIn = (search: Record<string, unknown>): PayoutFilters => {
  const status = payoutStatuses.find((each) => each === search['status'])
  const { after } = search
  return {
    ...(status === undefined ? {} : { status }),
    ...(typeof after === 'string' && /^po_\w{1,100}$/.test(after) ? { after } : {}),
    ...(search['new'] === true ? { new: true } : {}),
  }
}

/** A processor's own payouts are the processor's to cancel. */
export const isCancelable = ({
  status,
  automatic,
  livemode,
}: Pick<Payout, 'status' | 'automatic' | 'livemode'>): boolean => status === 'pending' && !automatic && !livemode
