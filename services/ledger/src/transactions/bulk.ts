import type { BulkResult } from '@micro/contracts'
import { errorBody, Fault } from '@micro/kernel'
import { isRefusal, type Outcome } from '../posting/ticket.ts'
import { transactionToWire, type Transaction } from './transaction.ts'

/** One transaction of a bulk. */
export interface BulkItem<Request> {
  /** Its place, from 0. */
  readonly index: number
  /** Where it came as a line: which one, from 1. */
  readonly line: number | undefined
  readonly group: string | undefined
  /** What is asked for, or why it cannot be. */
  readonly asked: Request | Fault
}

/** What became of one transaction of a bulk. */
export type BulkOutcome =
  | { readonly status: 'recorded' | 'exists'; readonly transaction: Transaction }
  | { readonly status: 'refused' | 'failed'; readonly fault: Fault }
  | { readonly status: 'not_recorded'; readonly becauseOf: number }

type Place = Pick<BulkItem<unknown>, 'index' | 'line'>

/** `entries[0][amount]` → `transactions[17][entries][0][amount]`, or `line[18][entries][0][amount]`. */
export const paramAt = ({ index, line }: Place, param: unknown): string => {
  const item = line === undefined ? `transactions[${index}]` : `line[${line}]`
  return typeof param === 'string' && param !== '' ? `${item}${param.replace(/^[^[]+/, '[$&]')}` : item
}

/** The fault, with the place of its transaction in front of its param. */
export const faultAt = (place: Place, fault: Fault): Fault =>
  new Fault(fault.code, { ...fault.detail, param: paramAt(place, fault.detail['param']) }, { cause: fault.cause })

/** What is recorded together: each item alone unless it names a group, at the place of the group's first. */
export const groupsOf = <R>(items: readonly BulkItem<R>[]): BulkItem<R>[][] => {
  const groups: BulkItem<R>[][] = []
  const named = new Map<string, BulkItem<R>[]>()
  for (const item of items) {
    const group = item.group === undefined ? undefined : named.get(item.group)
    if (group !== undefined) {
      group.push(item)
      continue
    }
    const opened = [item]
    groups.push(opened)
    if (item.group !== undefined) named.set(item.group, opened)
  }
  return groups
}

/** What a posting's end means for each of the items that were posted together. */
export const outcomesOf = (group: readonly Place[], ended: Outcome | Fault): BulkOutcome[] => {
  if (ended instanceof Fault) return group.map(() => ({ status: 'failed', fault: ended }))
  if (!isRefusal(ended))
    return ended.map(({ replayed, transaction }) => ({ status: replayed ? 'exists' : 'recorded', transaction }))
  const becauseOf = group[ended.at]?.index ?? 0
  return group.map((item, at) =>
    at === ended.at ? { status: 'refused', fault: faultAt(item, ended.fault) } : { status: 'not_recorded', becauseOf },
  )
}

const detailOf = (outcome: BulkOutcome, full: boolean): Partial<BulkResult> => {
  if ('fault' in outcome) return { error: errorBody(outcome.fault).error }
  if ('becauseOf' in outcome) return { because_of: outcome.becauseOf }
  const { transaction } = outcome
  const { id, seq, reference } = transaction
  const told = { id, seq: Number(seq), reference_id: reference }
  return full ? { ...told, transaction: transactionToWire(transaction) } : told
}

export const resultToWire = (
  { index, line }: Place,
  outcome: BulkOutcome,
  { full }: { full: boolean },
): BulkResult => ({
  index,
  ...(line === undefined ? {} : { line }),
  status: outcome.status,
  ...detailOf(outcome, full),
})
