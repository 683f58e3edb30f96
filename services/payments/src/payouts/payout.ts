import type { Payout as WirePayout, PayoutStatus, Tenant } from '@micro/contracts'
import { assert, Fault, unixSeconds } from '@micro/kernel'
import { settlesOn } from '../movements/movement.ts'
import type { BankRefusal } from './test-banks.ts'

/** A payout as its row has it. Amount in minor units. */
export interface Payout extends Tenant {
  readonly id: string
  readonly amount: bigint
  readonly currency: string
  readonly status: PayoutStatus
  readonly arrival_date: Date
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly statement_descriptor: string | null
  readonly destination: string | null
  readonly balance_transaction: string
  readonly failure_balance_transaction: string | null
  readonly failure_code: string | null
  readonly failure_message: string | null
  /** When it goes on by itself, by the merchant's clock. */
  readonly due_at: Date | null
  readonly request_id: string
  readonly created_at: Date
  /** Of live mode: whose payout it is, and its id there. */
  readonly processor: string | null
  readonly processor_id: string | null
  /** The processor pays out by itself. */
  readonly automatic: boolean
}

/** What the merchant may ask (cancel), and what the bank does (submit, arrive, fail). */
export type PayoutCommand = 'submit' | 'cancel' | 'arrive' | 'fail'

/** The whole state machine; null is refused. */
export const NEXT = {
  pending: { submit: 'in_transit', cancel: 'canceled', arrive: null, fail: null },
  in_transit: { submit: null, cancel: null, arrive: 'paid', fail: 'failed' },
  // A bank may send back what had arrived.
  paid: { submit: null, cancel: null, arrive: null, fail: 'failed' },
  failed: { submit: null, cancel: null, arrive: null, fail: null },
  canceled: { submit: null, cancel: null, arrive: null, fail: null },
} as const satisfies Record<PayoutStatus, Record<PayoutCommand, PayoutStatus | null>>

const nextStatus = ({ id, status }: Payout, command: PayoutCommand): PayoutStatus => {
  const next = NEXT[status][command]
  if (next === null) throw new Fault('payout_unexpected_state', { command, payout: id, status })
  return next
}

/** The bank gets it at the first midnight UTC, and has it paid in at the second. */
const daysToSubmit = 1
const daysToArrive = 2

export type NewPayout = Pick<
  Payout,
  | 'id'
  | 'merchant'
  | 'mode'
  | 'amount'
  | 'currency'
  | 'description'
  | 'metadata'
  | 'statement_descriptor'
  | 'destination'
  | 'balance_transaction'
  | 'request_id'
  | 'created_at'
>

export const createPayout = (given: NewPayout): Payout => ({
  ...given,
  status: 'pending',
  arrival_date: settlesOn(given.created_at, daysToArrive),
  due_at: settlesOn(given.created_at, daysToSubmit),
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  processor: null,
  processor_id: null,
  automatic: false,
})

/** @throws Fault payout_unexpected_state */
export const submitPayout = (payout: Payout): Payout => ({
  ...payout,
  status: nextStatus(payout, 'submit'),
  due_at: payout.arrival_date,
})

/** @throws Fault payout_unexpected_state */
export const cancelPayout = (payout: Payout, balanceTransaction: string): Payout => ({
  ...payout,
  status: nextStatus(payout, 'cancel'),
  failure_balance_transaction: balanceTransaction,
  due_at: null,
})

/** What the bank says at the date of arrival. @throws Fault payout_unexpected_state */
export const endPayout = (payout: Payout, outcome: 'arrives' | BankRefusal, balanceTransaction: string): Payout => {
  assert(payout.failure_balance_transaction === null, `payout ${payout.id} has come back already`)
  if (outcome === 'arrives') return { ...payout, status: nextStatus(payout, 'arrive'), due_at: null }
  return {
    ...payout,
    status: nextStatus(payout, 'fail'),
    failure_code: outcome.code,
    failure_message: outcome.message,
    failure_balance_transaction: balanceTransaction,
    due_at: null,
  }
}

/** Whether some text can be a payout's id at all. */
export const isPayoutId = (text: string): boolean => /^po_[0-9A-Za-z]{1,64}$/.test(text)

/** The payout as the API and the events show it. */
export const payoutToWire = (payout: Payout): WirePayout => ({
  id: payout.id,
  object: 'payout',
  amount: Number(payout.amount),
  application_fee: null,
  application_fee_amount: null,
  arrival_date: unixSeconds(payout.arrival_date),
  automatic: payout.automatic,
  balance_transaction: payout.balance_transaction,
  created: unixSeconds(payout.created_at),
  currency: payout.currency,
  description: payout.description,
  destination: payout.destination,
  failure_balance_transaction: payout.failure_balance_transaction,
  failure_code: payout.failure_code,
  failure_message: payout.failure_message,
  livemode: payout.mode === 'live',
  metadata: payout.metadata,
  method: 'standard',
  original_payout: null,
  payout_method: null,
  reconciliation_status: 'not_applicable',
  reversed_by: null,
  source_type: 'card',
  statement_descriptor: payout.statement_descriptor,
  status: payout.status,
  trace_id: null,
  type: 'bank_account',
})
