import { Fault } from '@micro/kernel'
import type { ConfiguredProcessor } from './configured.ts'
import type { Decline } from './processor.ts'

/** What decides where a payment goes. `amount` in minor units. */
export interface RoutedPayment {
  readonly amount: bigint
  readonly currency: string
  readonly metadata: Readonly<Record<string, string>>
}

/** What decides whether a processor takes a payment. */
export type RoutingTerms = Pick<
  ConfiguredProcessor,
  'id' | 'currencies' | 'amount_min' | 'amount_max' | 'metadata' | 'priority' | 'removed_at'
>

const takes = (processor: RoutingTerms, { amount, currency, metadata }: RoutedPayment): boolean =>
  processor.removed_at === null &&
  processor.currencies.includes(currency) &&
  (processor.amount_min === null || amount >= processor.amount_min) &&
  (processor.amount_max === null || amount <= processor.amount_max) &&
  Object.entries(processor.metadata).every(([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value)

/** Those that take the payment, in the order in which they are asked: by priority, then the older one. */
export const choose = <P extends RoutingTerms>(processors: readonly P[], payment: RoutedPayment): readonly P[] =>
  processors
    .filter((processor) => takes(processor, payment))
    .toSorted((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1))

/** The one that is asked first. @throws Fault processor_not_configured, processor_currency_refused */
export const firstFor = (processors: readonly RoutingTerms[], payment: RoutedPayment): string => {
  const [first] = choose(processors, payment)
  if (first !== undefined) return first.id
  if (processors.length === 0 || processors.some(({ currencies }) => currencies.includes(payment.currency)))
    throw new Fault('processor_not_configured')
  throw new Fault('processor_currency_refused', { currency: payment.currency, param: 'currency' })
}

const soft: ReadonlySet<string> = new Set([
  'processing_error',
  'try_again_later',
  'issuer_not_available',
  'reenter_transaction',
  'approve_with_id',
])

/** Declined for want of an answer, not of the card: another processor may take it. Nothing was charged. */
export const isSoftDecline = ({ declineCode }: Pick<Decline, 'declineCode'>): boolean => soft.has(declineCode)
