import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import type { ledgerApi, Line } from '@micro/contracts'

export type FeedLine = Line<(typeof ledgerApi)['readLedgerFeed']>

/** Times in milliseconds. */
export interface FeedTimings {
  /** A server that goes on says something every 10 s; one that is silent for so long is gone. */
  readonly silenceMsMax: number
  readonly backoffMsMin: number
  readonly backoffMsMax: number
}

export const feedTimings: FeedTimings = { silenceMsMax: 35_000, backoffMsMin: 200, backoffMsMax: 5_000 }

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

/** Trying again may help. What the server tells in the middle of a stream has the status of its beginning. */
const isPassing = (error: unknown): boolean =>
  error instanceof ConnectionError ||
  error instanceof StreamBrokenError ||
  (error instanceof ApiError && (error.status < 400 || error.status === 429 || error.status >= 500))

const retryAfterMsOf = (error: unknown): number =>
  error instanceof ApiError ? Math.min(60, error.retryAfter ?? 0) * 1_000 : 0

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
      if (!lost) options.onLost(error instanceof Error ? error.message : '')
      lost = true
      // Half of it at least, so that readers cut off together do not come back together.
      const backoffMs = Math.min(timings.backoffMsMax, timings.backoffMsMin * 2 ** tries++)
      const restMs = Math.max(randomInt(Math.ceil(backoffMs / 2), backoffMs + 1), retryAfterMsOf(error))
      await pause(restMs, undefined, { signal }).catch(() => {})
    }
  }
}
