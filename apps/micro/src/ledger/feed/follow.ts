import { setTimeout as pause } from 'node:timers/promises'
import { ConnectionError, StreamBrokenError } from '@micro/client'
import type { ledgerApi, Line } from '@micro/contracts'
import { backoffMs, isPassing, reconnectBackoff, retryAfterMsOf, type Backoff } from '../../shell/backoff.ts'

export type FeedLine = Line<(typeof ledgerApi)['readLedgerFeed']>

/** Times in milliseconds. */
export interface FeedTimings {
  /** A server that goes on says something every 10 s; one that is silent for so long is gone. */
  readonly silenceMsMax: number
  readonly backoff: Backoff
}

export const feedTimings: FeedTimings = { silenceMsMax: 35_000, backoff: reconnectBackoff }

/** Without `follow` somebody waits for the end, so it is not tried for ever. */
const triesMax = 8

export interface FeedOptions {
  /** Opens the stream behind a cursor. */
  open(input: { after: string; signal: AbortSignal }): AsyncIterable<FeedLine>
  readonly after: string
  /** Goes on at the newest transaction, until the signal. */
  readonly follow: boolean
  readonly signal: AbortSignal
  readonly timings: FeedTimings
  onLost(reason: string): void
  onBack(): void
}

const ended = (): Error => new StreamBrokenError('the server ended the stream')

/** Aborted where nothing comes for too long; the time a reader takes for what has come does not count. */
const createWatch = (silenceMsMax: number) => {
  const silent = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const rest = (): void => clearTimeout(timer)
  const watch = (): void => {
    rest()
    timer = setTimeout(() => silent.abort(new Error('the server fell silent')), silenceMsMax)
  }
  return { signal: silent.signal, watch, rest }
}

/** One connection, to its end. @throws StreamBrokenError where it is not the end of the feed */
async function* readOnce(options: FeedOptions, after: string): AsyncGenerator<FeedLine> {
  const { signal, silence } = { signal: options.signal, silence: createWatch(options.timings.silenceMsMax) }
  let [lines, last] = [0, undefined as FeedLine | undefined]
  silence.watch()
  try {
    for await (const line of options.open({ after, signal: AbortSignal.any([signal, silence.signal]) })) {
      silence.rest()
      lines++
      last = line
      yield line
      silence.watch()
    }
  } finally {
    silence.rest()
  }
  // The first line is a heartbeat, and where it need not go on, so is the last.
  if (options.follow || lines < 2 || last?.object !== 'ledger.feed.heartbeat') throw ended()
}

/**
 * Every line behind the cursor, over as many connections as it takes: each transaction once, in order.
 * @throws ApiError, ConnectionError, StreamBrokenError where trying again does not help
 */
export async function* followFeed(options: FeedOptions): AsyncGenerator<FeedLine> {
  const { follow, signal, timings } = options
  let { after } = options
  let reached = false
  let lost = false
  let tries = 0
  while (!signal.aborted) {
    let lines = 0
    try {
      for await (const line of readOnce(options, after)) {
        if (lost) options.onBack()
        lost = false
        reached = true
        // The heartbeat that begins a connection shows no progress yet.
        if (lines++ > 0) tries = 0
        after = line.cursor
        yield line
      }
      return
    } catch (error) {
      if (signal.aborted) return
      const isUnreachable = !reached && error instanceof ConnectionError
      if (!isPassing(error) || isUnreachable || (!follow && tries >= triesMax)) throw error
      if (!lost) options.onLost(error.message)
      lost = true
      const restMs = Math.max(backoffMs(timings.backoff, tries++), retryAfterMsOf(error))
      await pause(restMs, undefined, { signal }).catch(() => {})
    }
  }
}
