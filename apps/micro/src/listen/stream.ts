import { setTimeout as pause } from 'node:timers/promises'
import type { Event } from '@micro/contracts'
import { monotonicMs, type Clock } from '@micro/kernel'
import { backoffMs, reconnectBackoff, type Backoff } from '../shell/backoff.ts'
import { credentialFailure, Failure, newKeyHint } from '../shell/failure.ts'
import { openConnection, type Connection, type ConnectionTimings } from './connection.ts'
import { createCursor } from './cursor.ts'

/** Times in milliseconds. */
export interface StreamTimings extends ConnectionTimings {
  readonly backoff: Backoff
  /** How often it is told that there is still no connection. */
  readonly reminderMs: number
}

export const streamTimings: StreamTimings = {
  readyMsMax: 10_000,
  heartbeatMs: 15_000,
  backoff: reconnectBackoff,
  reminderMs: 30_000,
}

export interface StreamOptions {
  readonly url: string
  readonly apiKey: string
  readonly userAgent: string
  /** Ends the stream at once. */
  readonly signal: AbortSignal
  readonly timings: StreamTimings
  readonly clock: Clock
  /** Behind which seq to begin, and the event there when it is known; null for from now on. */
  readonly start: { readonly after: number | null; readonly event?: string }
  onHello(merchant: string, mode: string): void
  /** `lostForMs`: how long there was no connection. */
  onReady(again: boolean, lostForMs: number): void
  onLost(reason: string): void
  /** There is still no connection, told now and then. */
  onStillLost(reason: string, lostForMs: number): void
  /** All up to this seq is handled, over all connections; the event there, when it is known. */
  onPosition(seq: number, event: string | undefined): void
  /** Events of this stretch of the order are gone for good. */
  onMissed(reason: string): void
  /** Each event once, in order, over all connections; `done` when it is handled. */
  onEvent(seq: number, event: Event, done: () => void): void
}

/**
 * Follows the stream over as many connections as it takes, until the signal.
 * @throws Failure when the server refuses us, or cannot be reached for the first time
 */
export const followStream = async (options: StreamOptions): Promise<void> => {
  const { signal, timings } = options
  const { after, event } = options.start
  let cursor = after === null ? undefined : createCursor(after, event)
  let connection: Connection | undefined
  let wasReady = false
  let lost = false
  let [lostAtMs, toldAtMs] = [0, 0]
  let tries = 0
  /** The seq that was missing when a connection was dropped for it. */
  let missing: number | undefined

  const ready = (after: number): void => {
    cursor ??= createCursor(after)
    if (!wasReady || lost) options.onReady(wasReady, lost ? monotonicMs() - lostAtMs : 0)
    if (!wasReady) options.onPosition(cursor.position, cursor.positionEvent)
    wasReady = true
    lost = false
    connection?.acknowledge(cursor.position)
  }

  const receive = (seq: number, event: Event): string | undefined => {
    const own = cursor
    if (own === undefined) return 'the server sent an event before it was ready'
    const verdict = own.receive(seq, event.id)
    if (verdict === 'gap') {
      // Asked for once more, it is still not there: then it will not come.
      if (missing !== own.received + 1) {
        missing = own.received + 1
        return `event ${missing} is missing`
      }
      options.onMissed(`Events ${missing} to ${seq - 1} are missing at the server.`)
      own.skipTo(seq, event.id)
    }
    if (verdict === 'repeated') connection?.acknowledge(own.position)
    else
      options.onEvent(seq, event, () => {
        own.handled(seq)
        if (own !== cursor) return
        connection?.acknowledge(own.position)
        options.onPosition(own.position, own.positionEvent)
      })
    return undefined
  }

  const pass = (seq: number): void => {
    if (cursor === undefined) return
    cursor.pass(seq)
    connection?.acknowledge(cursor.position)
    options.onPosition(cursor.position, cursor.positionEvent)
  }

  const rest = async (retryAfterMs: number): Promise<void> => {
    await pause(Math.max(backoffMs(timings.backoff, tries++), retryAfterMs), undefined, { signal }).catch(() => {})
  }

  while (!signal.aborted) {
    const openedAt = monotonicMs()
    connection = openConnection({
      ...options,
      after: cursor?.position ?? null,
      afterEvent: cursor?.positionEvent,
      onReady: ready,
      onEvent: receive,
      onSkip: pass,
    })
    const ending = await connection.ended
    if (ending.kind === 'stopped') return
    if (ending.kind === 'refused') {
      const sentence = `The server refused the connection: ${ending.reason}`
      throw ending.unauthenticated ? credentialFailure(`${sentence}\n${newKeyHint}`) : new Failure(sentence)
    }
    // Only a connection that held for a while shows that coming back at once is welcome.
    if (monotonicMs() - openedAt > timings.backoff.msMax) tries = 0
    if (ending.kind === 'event_no_longer_kept') {
      const { firstSeq } = ending
      options.onMissed(
        `Events before ${firstSeq} are no longer kept, so that those from ${(cursor?.position ?? 0) + 1} to ${firstSeq - 1} are missing. Going on with the oldest that is there.`,
      )
      cursor = createCursor(firstSeq - 1)
      await rest(0)
      continue
    }
    if (ending.kind === 'unknown_cursor') {
      options.onMissed(
        `${ending.reason ?? 'The server does not know the last event seen.'} Going on with new ones; events may have been missed.`,
      )
      cursor = undefined
      await rest(0)
      continue
    }
    if (!wasReady && !ending.reachable)
      throw new Failure(
        `Cannot reach Micro at ${options.url}: ${ending.reason}. Is it running? Start it with: micro up`,
        { exitCode: 6 },
      )
    if (!lost) {
      options.onLost(ending.reason)
      lostAtMs = toldAtMs = monotonicMs()
    } else if (monotonicMs() - toldAtMs >= timings.reminderMs) {
      toldAtMs = monotonicMs()
      options.onStillLost(ending.reason, toldAtMs - lostAtMs)
    }
    lost = true
    await rest(ending.retryAfterMs)
  }
}
