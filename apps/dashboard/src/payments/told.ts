import type { Event, Mode } from '@micro/contracts'
import type { Query } from '@tanstack/react-query'
import { payment, type Story } from './payments.data.ts'

/** The ids of what an event tells of: its object, the payment that has it, and what the ledger booked for one. */
export const toldOf = ({ data }: Event): string[] => {
  const { id, payment_intent, reference_id } = data.object as Readonly<Record<string, unknown>>
  const booked = typeof reference_id === 'string' ? reference_id.split(':').at(-1) : undefined
  return [id, payment_intent, booked].filter((each) => typeof each === 'string')
}

/**
 * Whether what is kept of payments may be another after events that told of these ids. A payment's whole story takes many
 * requests to read: that of one of which nothing was told stays.
 */
export const mayDiffer = (
  { queryKey, state }: Pick<Query, 'queryKey' | 'state'>,
  { mode, told }: { mode: Mode; told: ReadonlySet<string> },
): boolean => {
  const id = queryKey.at(-1)
  const isStory = typeof id === 'string' && queryKey.join(' ') === payment(mode, id).queryKey.join(' ')
  if (!isStory) return true
  const { charges, refunds, disputes } = (state.data as Story | undefined) ?? { charges: [], refunds: [], disputes: [] }
  return [id, ...[...charges, ...refunds, ...disputes].map((each) => each.id)].some((each) => told.has(each))
}
