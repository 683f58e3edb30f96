import type { Fault } from '@micro/kernel'
import { parentOf } from './action.ts'
import type { Facts, PostRequest, PostResult } from './posting.ts'

/** One transaction on a ticket. */
export interface Part extends Facts {
  readonly request: PostRequest
}

/** What goes on a flight together: parts of one book that are recorded all or not at all. */
export interface Ticket {
  readonly parts: readonly [Part, ...Part[]]
  /** Decided like any other and then forgotten. */
  readonly dryRun: boolean
}

/** Why a ticket was refused: the first of its parts that was. */
export interface Refusal {
  readonly at: number
  readonly fault: Fault
}

/** What became of a ticket: a result for each part, in order. A refusal leaves no trace and concerns nobody else. */
export type Outcome = readonly PostResult[] | Refusal

export const isRefusal = (outcome: Outcome): outcome is Refusal => 'fault' in outcome

/** More parts than these are not worked on in one go: everyone else in this process would wait for it. */
const partsAtOnce = 200

export const isLong = (parts: readonly unknown[]): boolean => parts.length > partsAtOnce

/** Roughly what a ticket holds in memory while it waits, in bytes. */
export const bytesOf = ({ parts }: Ticket): number => {
  let bytes = 0
  for (const { request } of parts) {
    const entries = request.entries.length + (parentOf(request)?.weight ?? 0)
    bytes += 500 + entries * 200 + (request.description?.length ?? 0) * 2
    for (const [key, value] of Object.entries(request.metadata)) bytes += (key.length + value.length) * 2
  }
  return bytes
}
