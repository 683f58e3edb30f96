import type { PaymentProcessor, Tenant } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** A processor of a merchant's live mode, as its row has it. Amounts in minor units. */
export interface ConfiguredProcessor extends Tenant {
  readonly id: string
  readonly kind: 'stripe'
  /** An origin, without a slash at the end. */
  readonly url: string
  /** Sealed. */
  readonly secret_key: string
  readonly currencies: readonly string[]
  readonly amount_min: bigint | null
  readonly amount_max: bigint | null
  /** What a payment's metadata has to say for it to go here. */
  readonly metadata: Record<string, string>
  readonly priority: number
  readonly created_at: Date
  readonly removed_at: Date | null
}

/** Where its key is sealed for. */
export const keyPlace = ({ merchant, mode, id }: Tenant & { id: string }) => ({
  tenant: `${merchant}/${mode}`,
  row: id,
  purpose: 'processor_key',
})

export const isProcessorId = (text: string): boolean => /^proc_[0-9A-Za-z]{1,64}$/.test(text)

export const processorToWire = (processor: ConfiguredProcessor): PaymentProcessor => ({
  id: processor.id,
  object: 'payment_processor',
  amount_max: processor.amount_max === null ? null : Number(processor.amount_max),
  amount_min: processor.amount_min === null ? null : Number(processor.amount_min),
  created: unixSeconds(processor.created_at),
  currencies: [...processor.currencies],
  kind: processor.kind,
  livemode: processor.mode === 'live',
  metadata: processor.metadata,
  priority: processor.priority,
  removed: processor.removed_at !== null,
  url: processor.url,
})
