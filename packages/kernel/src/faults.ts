import { accessFaults } from './faults/access-faults.ts'
import { eventFaults } from './faults/event-faults.ts'
import { ledgerFaults } from './faults/ledger-faults.ts'
import { ownFaults } from './faults/own-faults.ts'
import { paymentFaults } from './faults/payment-faults.ts'
import { requestFaults } from './faults/request-faults.ts'
import type { FaultSpec, FaultType } from './faults/fault-spec.ts'

export type { FaultSpec, FaultType }

/** The one catalogue of everything a caller can be told. Sources: Stripe's error reference; the rest is Micro's own. */
export const faultCatalogue = {
  ...requestFaults,
  ...accessFaults,
  ...paymentFaults,
  ...ledgerFaults,
  ...eventFaults,
  ...ownFaults,
} as const satisfies Record<string, FaultSpec>

export type FaultCode = keyof typeof faultCatalogue
/** Data that fills the text and, for a few names (see `publicMembers`), the error body. */
export type FaultDetail = Readonly<Record<string, unknown>>

// Objects in a detail are for the error body, never for its sentence.
const asText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? `${value}` : ''

const fill = (text: string, detail: FaultDetail): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => asText(detail[name])).trim()

/** An expected end of work that leaves no trace behind: the caller's mistake or a passing condition, never our bug. */
export class Fault extends Error {
  override name = 'Fault'
  readonly code: FaultCode
  readonly detail: FaultDetail

  constructor(code: FaultCode, detail: FaultDetail = {}, options?: ErrorOptions) {
    super(fill(faultCatalogue[code].text, detail), options)
    this.code = code
    this.detail = detail
  }

  get spec(): FaultSpec {
    return faultCatalogue[this.code]
  }
}

/** The body every surface answers an error with. Extra members (`decline_code`, `payment_intent`, …) follow Stripe's names. Amounts among them are text. */
export interface ErrorBody {
  error: { type: FaultType; code?: string; message: string; param?: string; [member: string]: unknown }
}

const publicMembers = [
  'param',
  'decline_code',
  'charge',
  'payment_intent',
  'payment_method',
  'setup_intent',
  'advice_code',
  'retry_after',
  'account',
  'available',
  'required',
  'hold',
  'remaining',
  'reversal',
] as const

/** Where the codes are explained, beneath wherever Micro answers. */
const errorsPage = '/docs/errors'

/** The error envelope of a fault. */
export const errorBody = (fault: Fault): ErrorBody => {
  const { type, coded = true, publicCode = fault.code } = fault.spec as FaultSpec
  const page = (fault.spec as FaultSpec).page ?? (coded ? `${errorsPage}#${publicCode}` : undefined)
  const members = publicMembers.filter((name) => fault.detail[name] !== undefined)
  return {
    error: {
      type,
      ...(coded ? { code: publicCode } : {}),
      ...(page === undefined ? {} : { doc_url: page }),
      message: fault.message,
      ...Object.fromEntries(members.map((name) => [name, fault.detail[name]])),
    },
  }
}
