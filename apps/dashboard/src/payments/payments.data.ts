import type {
  Body,
  Charge,
  Dispute,
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
import type { Act } from '../act/use-act.ts'
import { call } from '../api/call.ts'
import { startingAfter } from '../api/paged.ts'
import { searchFor, type PaymentFilters } from './filters.ts'

type Payments = typeof paymentsApi
type Events = typeof eventsApi
interface From {
  readonly mode: Mode
  readonly signal: AbortSignal
}

/** Some payments, newest first. `page`: where they start, the `next_page` of those before. */
export const readPayments = (
  from: From,
  { filters, page, limit }: { filters: PaymentFilters; page: string | undefined; limit: number },
) =>
  call<Payments['searchPaymentIntents']>('GET /v1/payment_intents/search', {
    query: { query: searchFor(filters), limit, ...(page === undefined ? {} : { page }) },
    ...from,
  })

/** One page of payments, newest first. */
export const paymentsPage = (mode: Mode, { page, ...filters }: PaymentFilters) =>
  queryOptions({
    queryKey: ['payments', mode, 'page', searchFor(filters), page],
    queryFn: ({ signal }) => readPayments({ mode, signal }, { filters, page, limit: 20 }),
  })

/** Everything that is known of one payment. */
export interface Story {
  readonly intent: PaymentIntent
  readonly charges: readonly Charge[]
  readonly refunds: readonly Refund[]
  readonly disputes: readonly Dispute[]
  readonly transactions: readonly LedgerTransaction[]
  readonly events: readonly Event[]
  readonly deliveries: readonly WebhookDelivery[]
}

type Moved = Pick<Story, 'intent' | 'charges' | 'refunds' | 'disputes'>

/** The names under which the ledger has what a payment moves; what cannot be there is not asked for. */
const referencesOf = ({ intent, charges, refunds, disputes }: Moved): string[] => [
  ...charges
    .filter(({ status }) => status === 'succeeded')
    .flatMap(({ id }) => {
      const kinds =
        intent.capture_method === 'manual' ? ['authorisation', 'authorisation_release', 'charge'] : ['charge']
      return kinds.map((kind) => `micro:${kind}:${id}`)
    }),
  ...refunds.flatMap(({ id, failure_balance_transaction: failed }) => [
    `micro:refund:${id}`,
    ...(failed === undefined ? [] : [`micro:refund_failure:${id}`]),
  ]),
  ...disputes.flatMap(({ id, status, balance_transactions: { length } }) => [
    ...(length > 0 ? [`micro:dispute:${id}`] : []),
    ...(length > 1 ? [`micro:dispute_reversal:${id}`] : []),
    ...(status === 'lost' ? [`micro:dispute_lost:${id}`] : []),
  ]),
]

const transactionsOf = async (from: From, references: readonly string[]): Promise<LedgerTransaction[]> => {
  const lists = await Promise.all(
    references.map((reference_id) =>
      call<typeof ledgerApi.listLedgerTransactions>('GET /ledger/transactions', { query: { reference_id }, ...from }),
    ),
  )
  // As any list: the newest first.
  return lists.flatMap(({ data }) => data).toSorted((one, other) => other.seq - one.seq)
}

const pagesMax = 5

/** A list to its end, but for one that is without measure. */
const readAll = async <T extends { readonly id: string }>(
  read: (query: { limit: number; starting_after?: string }) => Promise<{ data: T[]; has_more: boolean }>,
): Promise<T[]> => {
  const all: T[] = []
  for (let page = 0; page < pagesMax; page++) {
    const { data, has_more } = await read({ limit: 100, ...startingAfter(all.at(-1)?.id) })
    all.push(...data)
    if (!has_more) break
  }
  return all
}

const readStory = async (id: string, from: From): Promise<Story> => {
  const query = { payment_intent: id, limit: 100 }
  const related_object = id
  const [intent, { data: charges }, { data: refunds }, { data: disputes }, events, deliveries] = await Promise.all([
    call<Payments['retrievePaymentIntent']>('GET /v1/payment_intents/:id', { params: { id }, ...from }),
    call<Payments['listCharges']>('GET /v1/charges', { query, ...from }),
    call<Payments['listRefunds']>('GET /v1/refunds', { query, ...from }),
    call<Payments['listDisputes']>('GET /v1/disputes', { query, ...from }),
    readAll((page) => call<Events['listEvents']>('GET /v1/events', { query: { related_object, ...page }, ...from })),
    readAll((page) =>
      call<Events['listWebhookDeliveries']>('GET /events/deliveries', { query: { related_object, ...page }, ...from }),
    ),
  ])
  const moved = { intent, charges, refunds, disputes }
  return { ...moved, events, deliveries, transactions: await transactionsOf(from, referencesOf(moved)) }
}

/** How often it is looked whether webhooks got through, in milliseconds. */
const pendingMs = 15_000

/** One payment with all that came of it. */
export const payment = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['payments', mode, 'one', id],
    queryFn: ({ signal }) => readStory(id, { mode, signal }),
    // No event tells that a webhook got through.
    refetchInterval: ({ state: { data } }) => data?.deliveries.some(({ status }) => status === 'pending') && pendingMs,
  })

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
