import type {
  Body,
  Charge,
  Event,
  eventsApi,
  ledgerApi,
  LedgerTransaction,
  Mode,
  PaymentIntent,
  paymentsApi,
  Refund,
  WebhookDelivery,
} from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { searchFor, type PaymentFilters } from './filters.ts'
import { tellsOf, windowsOf, type Window } from './story.ts'

type Payments = typeof paymentsApi
interface From {
  readonly mode: Mode
  readonly signal: AbortSignal
}

/** One page of payments, newest first. */
export const paymentsPage = (mode: Mode, { page, ...filters }: PaymentFilters) =>
  queryOptions({
    queryKey: ['payments', mode, 'page', searchFor(filters), page],
    queryFn: ({ signal }) =>
      call<Payments['searchPaymentIntents']>('GET /v1/payment_intents/search', {
        query: { query: searchFor(filters), limit: 20, ...(page === undefined ? {} : { page }) },
        mode,
        signal,
      }),
  })

/** Everything that is known of one payment. */
export interface Story {
  readonly intent: PaymentIntent
  readonly charges: readonly Charge[]
  readonly refunds: readonly Refund[]
  readonly transactions: readonly LedgerTransaction[]
  readonly events: readonly Event[]
  readonly deliveries: readonly WebhookDelivery[]
}

/** The names under which the ledger has what a payment moves; what cannot be there is not asked for. */
const referencesOf = (
  charges: readonly Charge[],
  refunds: readonly Refund[],
  { capture_method }: PaymentIntent,
): string[] => [
  ...charges
    .filter(({ status }) => status === 'succeeded')
    .flatMap(({ id }) => {
      const kinds = capture_method === 'manual' ? ['authorisation', 'authorisation_release', 'charge'] : ['charge']
      return kinds.map((kind) => `micro:${kind}:${id}`)
    }),
  ...refunds.flatMap(({ id, failure_balance_transaction: failed }) => [
    `micro:refund:${id}`,
    ...(failed === undefined ? [] : [`micro:refund_failure:${id}`]),
  ]),
]

const transactionsOf = async (from: From, references: readonly string[]): Promise<LedgerTransaction[]> => {
  const lists = await Promise.all(
    references.map((reference_id) =>
      call<typeof ledgerApi.listLedgerTransactions>('GET /ledger/transactions', { query: { reference_id }, ...from }),
    ),
  )
  return lists.flatMap(({ data }) => data)
}

const eventsIn = async (from: From, created: Window): Promise<Event[]> => {
  const query = { created, limit: 100, types: ['payment_intent.*', 'charge.*', 'refund.*'] }
  return (await call<typeof eventsApi.listEvents>('GET /v1/events', { query, ...from })).data
}

const deliveriesIn = async (from: From, created: Window): Promise<WebhookDelivery[]> => {
  const query = { created, limit: 100 }
  return (await call<typeof eventsApi.listWebhookDeliveries>('GET /events/deliveries', { query, ...from })).data
}

const readStory = async (id: string, from: From): Promise<Story> => {
  const query = { payment_intent: id, limit: 100 }
  const [intent, { data: charges }, { data: refunds }] = await Promise.all([
    call<Payments['retrievePaymentIntent']>('GET /v1/payment_intents/:id', { params: { id }, ...from }),
    call<Payments['listCharges']>('GET /v1/charges', { query, ...from }),
    call<Payments['listRefunds']>('GET /v1/refunds', { query, ...from }),
  ])
  const transactions = await transactionsOf(from, referencesOf(charges, refunds, intent))
  const moved = { intent, charges, refunds, transactions }
  const windows = windowsOf(moved)
  const events = (await Promise.all(windows.map((window) => eventsIn(from, window)))).flat().filter(tellsOf(id))
  const ids = new Set(events.map((event) => event.id))
  const deliveries = (await Promise.all(windows.map((window) => deliveriesIn(from, window)))).flat()
  return { ...moved, events, deliveries: deliveries.filter(({ event }) => ids.has(event)) }
}

/** One payment with all that came of it. */
export const payment = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['payments', mode, 'one', id],
    queryFn: ({ signal }) => readStory(id, { mode, signal }),
  })

/** An act on a payment: whoever sends it again with the same key does it once. */
interface Act {
  readonly mode: Mode
  readonly idempotencyKey: string
}

export const refund = (act: Act, body: Body<Payments['createRefund']>) =>
  call<Payments['createRefund']>('POST /v1/refunds', { body, ...act })

export const capture = (act: Act, id: string, body: Body<Payments['capturePaymentIntent']>) =>
  call<Payments['capturePaymentIntent']>('POST /v1/payment_intents/:id/capture', { params: { id }, body, ...act })

export const cancel = (act: Act, id: string, body: Body<Payments['cancelPaymentIntent']>) =>
  call<Payments['cancelPaymentIntent']>('POST /v1/payment_intents/:id/cancel', { params: { id }, body, ...act })

export const create = (act: Act, body: Body<Payments['createPaymentIntent']>) =>
  call<Payments['createPaymentIntent']>('POST /v1/payment_intents', { body, ...act })

export const confirm = (act: Act, id: string, body: Body<Payments['confirmPaymentIntent']>) =>
  call<Payments['confirmPaymentIntent']>('POST /v1/payment_intents/:id/confirm', { params: { id }, body, ...act })
