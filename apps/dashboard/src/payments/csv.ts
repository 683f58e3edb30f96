import type { PaymentIntent } from '@micro/contracts'
import { csvLine } from '../ui/csv.ts'
import { isoMoment } from '../ui/moment.ts'
import { decimalOf } from '../ui/money.ts'

const idOf = (value: unknown): string => (typeof value === 'string' ? value : '')

// Amounts twice: as the API has them, in minor units, and as people write them.
const columns = {
  id: ({ id }) => id,
  created_utc: ({ created }) => isoMoment(created),
  status: ({ status }) => status,
  currency: ({ currency }) => currency,
  amount_minor: ({ amount }) => amount,
  amount: ({ amount, currency }) => decimalOf(amount, currency),
  amount_received_minor: ({ amount_received: received }) => received,
  amount_received: ({ amount_received: received, currency }) => decimalOf(received, currency),
  customer: ({ customer }) => idOf(customer),
  charge: ({ latest_charge: charge }) => idOf(charge),
  decline_code: ({ last_payment_error: said }) => said?.decline_code ?? said?.code ?? '',
  description: ({ description }) => description ?? '',
  metadata: ({ metadata }) => (Object.keys(metadata).length === 0 ? '' : JSON.stringify(metadata)),
} as const satisfies Record<string, (payment: PaymentIntent) => string | number>

export const csvHead: string = csvLine(Object.keys(columns))

/** A payment as a line of the file. */
export const csvOf = (payment: PaymentIntent): string => csvLine(Object.values(columns).map((cell) => cell(payment)))
