import type { BusMessages } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { MicroBus } from '@micro/service'
import { toWire } from '../event/event.ts'
import type { Arrival } from './ingest.ts'
import { countPending, insertEvents, raiseHeads } from './ingest.store.ts'

/**
 * Stores one event as the newest of its merchant and mode, in the caller's database transaction and after all else that
 * it locks. What it resolves with announces it: to be called after the commit.
 */
export type StoreArrival = (sql: Sql, source: string, arrival: Omit<Arrival, 'position'>) => Promise<() => void>

export const createStoreArrival =
  ({ bus }: { bus: MicroBus }): StoreArrival =>
  async (sql, source, arrival) => {
    const { merchant, mode } = arrival
    const [head] = await raiseHeads(sql, [{ merchant, mode, arrivals: [arrival] }])
    assert(head !== undefined, `tenant ${merchant} ${mode} has no head`)
    const row = { ...arrival, seq: head.last_seq }
    await insertEvents(sql, source, [row])
    const [counted] = await countPending(sql, [row])
    const message: BusMessages['events.stored'] = {
      merchant,
      mode,
      events: [{ seq: Number(row.seq), event: toWire(row, Number(counted?.pending ?? 0)) }],
    }
    return () => bus.publish('events.stored', message)
  }
