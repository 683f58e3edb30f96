import type { EventObject, EventType, OutboxEvent } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { holdToWire, type HoldFacts } from '../holds/hold.ts'
import { transactionToWire, type Transaction } from '../transactions/transaction.ts'

/** A transaction that is to be told, with what its events show beside it. */
export interface Telling {
  readonly merchant: string
  readonly transaction: Transaction
  /** What it reverses, or the hold that it captures or gives back. */
  readonly parent: Transaction | undefined
  /** How it left that hold, but for the hold's status. */
  readonly hold: Omit<HoldFacts, 'status'> | undefined
}

type Told = { [T in EventType]: { readonly type: T; readonly object: EventObject<T> } }[EventType]

const untouched = ({ entries }: Transaction): HoldFacts => ({
  status: 'open',
  captured: entries.map(() => 0n),
  remaining: entries.map(({ amount }) => amount),
  transactions: [],
})

const ended = { capture: 'captured', release: 'released', expire: 'expired' } as const

/** What happened with a transaction, each object as it was right after it. */
const toldOf = ({ transaction, parent, hold }: Telling): Told[] => {
  const { kind, id } = transaction
  // What reversed it came later.
  const posted: Told = {
    type: 'ledger.transaction.posted',
    object: transactionToWire({ ...transaction, reversedBy: null }),
  }
  if (kind === 'post') return [posted]
  if (kind === 'hold') return [{ type: 'ledger.hold.created', object: holdToWire(transaction, untouched(transaction)) }]
  if (parent === undefined) throw new Error(`what transaction ${id} follows is not there`)
  if (kind === 'reversal') {
    const reversed = transactionToWire({ ...parent, reversedBy: id })
    return [posted, { type: 'ledger.transaction.reversed', object: reversed }]
  }
  if (hold === undefined) throw new Error(`how transaction ${id} left its hold is not there`)
  const isOver = hold.remaining.every((amount) => amount === 0n)
  const object = holdToWire(parent, { ...hold, status: isOver ? ended[kind] : 'open' })
  const moved: Told = { type: `ledger.hold.${ended[kind]}`, object }
  return kind === 'capture' ? [posted, moved] : [moved]
}

/**
 * The events of a transaction. Their ids are made of its own, so that one that is fetched again is the same one.
 * `position` is what acknowledges it.
 */
export const eventsOf = (telling: Telling, position: string): OutboxEvent[] => {
  const { merchant, transaction } = telling
  const common = {
    position,
    merchant,
    mode: transaction.mode,
    created: unixSeconds(transaction.createdAt),
    request_id: null,
    idempotency_key: null,
  }
  return toldOf(telling).map(({ type, object }, nth) => ({
    ...common,
    event_id: `${transaction.id.replace('ltx_', 'evt_')}${nth}`,
    type,
    object: { ...object },
  }))
}
