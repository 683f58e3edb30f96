import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Event } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { Failure, newKeyHint } from '../shell/failure.ts'
import { openConnection, type Connection, type ConnectionTimings } from './connection.ts'
import { createCursor, type Cursor } from './cursor.ts'

/** Times in milliseconds. */
export interface StreamTimings extends ConnectionTimings {
  readonly backoffMsMin: number
  readonly backoffMsMax: number
}

export const streamTimings: StreamTimings = {
  readyMsMax: 10_000,
  heartbeatMs: 15_000,
  backoffMsMin: 200,
  backoffMsMax: 5_000,
}

export interface StreamOptions {
  readonly url: string
  readonly apiKey: string
  readonly userAgent: string
  /** Ends the stream at once. */
  readonly signal: AbortSignal
  readonly timings: StreamTimings
  onReady(again: boolean): void
  onLost(reason: string): void
  /** Events of this stretch of the order are gone for good. */
  onMissed(reason: string): void
  /** Each event once, in order, over all connections; `done` when it is handled. */
  onEvent(seq: number, event: Event, done: () => void): void
}

/** Half of it at least and all of it at most, so that clients cut off together do not come back together. */
const spread = (ms: number): number => randomInt(Math.ceil(ms / 2), ms + 1)

/**
 * Follows the stream over as many connections as it takes, until the signal.
 * @throws Failure when the server refuses us, or cannot be reached for the first time
 */
export const followStream = async (options: StreamOptions): Promise<void> => {
  const { signal, timings } = options
  let cursor: Cursor | undefined
  let connection: Connection | undefined
  let wasReady = false
  let lost = false
  let tries = 0
  /** The seq that was missing when a connection was dropped for it. */
  let missing: number | undefined

  const ready = (after: number): void => {
    cursor ??= createCursor(after)
    if (!wasReady || lost) options.onReady(wasReady)
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
        if (own === cursor) connection?.acknowledge(own.position)
      })
    return undefined
  }

  const rest = async (retryAfterMs: number): Promise<void> => {
    const backoffMs = Math.min(timings.backoffMsMax, timings.backoffMsMin * 2 ** tries++)
    await pause(Math.max(spread(backoffMs), retryAfterMs), undefined, { signal }).catch(() => {})
  }

  while (!signal.aborted) {
    const openedAt = monotonicMs()
    connection = openConnection({
      ...options,
      after: cursor?.position ?? null,
      afterEvent: cursor?.positionEvent,
      onReady: ready,
      onEvent: receive,
    })
    const ending = await connection.ended
    if (ending.kind === 'stopped') return
    if (ending.kind === 'refused') {
      const hint = ending.unauthenticated ? `\n${newKeyHint}` : ''
      throw new Failure(`The server refused the connection: ${ending.reason}${hint}`)
    }
    // Only a connection that held for a while shows that coming back at once is welcome.
    if (monotonicMs() - openedAt > timings.backoffMsMax) tries = 0
    if (ending.kind === 'unknown_cursor') {
      options.onMissed(
        `${ending.reason ?? 'The server no longer has the events after the last one seen.'} Going on with new ones; events may have been missed.`,
      )
      cursor = undefined
      await rest(0)
      continue
    }
    if (!wasReady && !ending.reachable)
      throw new Failure(
        `Cannot reach Micro at ${options.url}: ${ending.reason}. Is it running? Start it with: micro up`,
      )
    if (!lost) options.onLost(ending.reason)
    lost = true
    await rest(ending.retryAfterMs)
  }
}
