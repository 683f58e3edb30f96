import type { Direction, Layer, LedgerStatementLine } from '@micro/contracts'
import { Fault, unixSeconds } from '@micro/kernel'
import { twins } from '../assets/amount.ts'
import { onNormalSide } from '../accounts/account.ts'
import { directionOf } from '../transactions/entries.ts'
import { entryId } from '../transactions/transaction.ts'

/** In which order entries are told: as they were recorded, or as they took effect. */
export type Order = 'recorded' | 'effective'

/** An entry by its place in the book, and when it counts. */
export interface EntryPlace {
  readonly seq: bigint
  readonly leg: number
  readonly countsAt: Date
}

/** An entry with what its transaction says. */
export interface EntryLine extends EntryPlace {
  readonly transaction: string
  readonly reference: string
  readonly description: string | null
  /** Credit +, debit −. */
  readonly amount: bigint
  readonly createdAt: Date
  readonly effectiveAt: Date
  readonly bookedAt: Date | null
}

/** The transaction and the leg that an entry's id names; undefined when it can be none. */
export const parseEntryId = (id: string): { transaction: string; leg: number } | undefined => {
  const [, tail, at] = /^len_([0-9A-Za-z]+)([0-9]{3})$/.exec(id) ?? []
  return tail === undefined ? undefined : { transaction: `ltx_${tail}`, leg: Number(at) + 1 }
}

/** The order of a statement by how it is bounded. @throws Fault parameter_invalid when there is none */
export const orderOf = (query: { created?: unknown; effective_at?: unknown; layer?: Layer }): Order => {
  const { created, effective_at, layer } = query
  if (created !== undefined && effective_at !== undefined)
    throw new Fault('parameter_invalid', {
      param: 'effective_at',
      reason: 'it cannot be combined with created: lines come in the order of one of them',
    })
  if (effective_at !== undefined && layer === 'pending')
    throw new Fault('parameter_invalid', { param: 'layer', reason: 'what is held has no effective date: use created' })
  return effective_at === undefined ? 'recorded' : 'effective'
}

/** Lines with the balance after each, from credits minus debits before the first. */
export const linesToWire = (lines: readonly EntryLine[], netBefore: bigint, side: Direction): LedgerStatementLine[] => {
  let net = netBefore
  return lines.map((line) => {
    net += line.amount
    const balance = onNormalSide(net, side)
    return {
      id: entryId(line.transaction, line.leg - 1),
      object: 'ledger.statement_line',
      transaction_id: line.transaction,
      reference_id: line.reference,
      description: line.description,
      ...twins('amount', line.amount),
      direction: directionOf(line.amount),
      value_str: String(line.amount < 0n ? -line.amount : line.amount),
      ...twins('balance_after', balance),
      seq: Number(line.seq),
      effective_at: unixSeconds(line.effectiveAt),
      booked_at: line.bookedAt && unixSeconds(line.bookedAt),
      created: unixSeconds(line.createdAt),
    }
  })
}
