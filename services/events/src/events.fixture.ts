import { memoryBus } from '@micro/bus'
import type { BusMessages, OutboxEvent } from '@micro/contracts'
import { systemClock } from '@micro/kernel'
import { createLogger, type Runtime, type AuditClient } from '@micro/service'
import type { NewId } from '@micro/kernel'
import { unwatched } from '@micro/testing'
import type { Source } from './ingest/ingest.events.ts'

/** An audit log that has each entry once, and can be down. */
export const fakeAuditLog = () => {
  const entries = new Map<string, Readonly<Record<string, unknown>>>()
  const log = {
    entries,
    isDown: false,
    client: {
      recordAuditEntry: ({ body }) => {
        if (log.isDown) return Promise.reject(new Error('auth is down'))
        entries.set(body.id, body)
        return Promise.resolve({ id: body.id })
      },
    } satisfies AuditClient,
  }
  return log
}

/** A runtime whose log lines are kept, for tests. */
export const testRuntime = (newId: NewId): Runtime & { readonly lines: string[]; readonly auth: AuditClient } => {
  const lines: string[] = []
  return {
    bus: memoryBus<BusMessages>({ onError: (error) => lines.push(String(error)) }),
    clock: systemClock,
    newId,
    log: createLogger({ service: 'events', destination: { write: (line) => void lines.push(line) } }),
    ...unwatched('events'),
    auth: fakeAuditLog().client,
    lines,
  }
}

/** An outbox row as a producing service would hand it out. */
export const outboxEvent = (position: number, over: Partial<OutboxEvent> = {}): OutboxEvent => ({
  position: String(position),
  event_id: `evt_${String(position).padStart(6, '0')}`,
  merchant: 'acct_a',
  mode: 'test',
  type: 'charge.succeeded',
  created: 1_700_000_000,
  request_id: null,
  idempotency_key: null,
  object: { id: `ch_${position}`, object: 'charge' },
  ...over,
})

/** An outbox over an array. Rows become visible in whatever order a test pushes them, whatever their position. */
export const arraySource = () => {
  const rows: OutboxEvent[] = []
  const acknowledged = new Set<string>()
  /** Calls to come that fail: of `acknowledge` after or before it took effect. */
  const failures = { pull: 0, acknowledge: 0 }
  let pulls = 0
  const source: Source = {
    pullOutbox: ({ query }) => {
      pulls++
      if (failures.pull-- > 0) return Promise.reject(new Error('the source is down'))
      const waiting = rows.filter(({ position }) => !acknowledged.has(position))
      waiting.sort((a, b) => Number(a.position) - Number(b.position))
      // A deep copy, as any transport would make.
      return Promise.resolve({ events: structuredClone(waiting.slice(0, query?.limit ?? 500)) })
    },
    acknowledgeOutbox: ({ body }) => {
      if (failures.acknowledge-- > 0) return Promise.reject(new Error('the acknowledgement was lost'))
      for (const position of body.positions) acknowledged.add(position)
      return Promise.resolve({ acknowledged: body.positions.length })
    },
  }
  return { source, rows, failures, pulls: () => pulls, waiting: () => rows.length - acknowledged.size }
}
