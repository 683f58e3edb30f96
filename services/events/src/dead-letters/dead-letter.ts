import type { DeadLetter, OutboxEvent } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'

/** A dead letter as its row has it, without what it holds. */
export interface DeadLetterRow {
  readonly number: bigint
  readonly source: string
  readonly position: string
  readonly event_id: string
  readonly reason: string
  readonly put_aside_at: Date
  readonly redriven_at: Date | null
}

export const deadLetterToWire = (letter: DeadLetterRow): DeadLetter => ({
  id: `dead_${letter.number}`,
  object: 'dead_letter',
  created: unixSeconds(letter.put_aside_at),
  event: letter.event_id,
  position: letter.position,
  reason: letter.reason,
  redriven: letter.redriven_at && unixSeconds(letter.redriven_at),
  source: letter.source,
})

/** The number that an id is made of; undefined when it is none. */
export const numberOf = (id: string): bigint | undefined => {
  const digits = /^dead_(\d{1,18})$/.exec(id)?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}

/** What was put aside as the row of an outbox that it was; undefined when it is nothing of the kind. */
export const rowIn = (content: string): OutboxEvent | undefined => {
  try {
    const value: unknown = JSON.parse(content)
    return value !== null && typeof value === 'object' ? (value as OutboxEvent) : undefined
  } catch {
    return undefined
  }
}
