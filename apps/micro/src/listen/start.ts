import { ApiError } from '@micro/client'
import { apiVersion, eventsApi } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { readFrom } from '../ledger/times.ts'
import { call } from '../rest/send.ts'
import { readDuration } from '../shell/duration.ts'
import { Failure, usageFailure } from '../shell/failure.ts'
import type { Context } from '../shell/shell.ts'
import { openConnection, type ConnectionOptions } from './connection.ts'
import { checkEnding, locate, type LookBehind } from './locate.ts'
import { readPositionFile } from './position-file.ts'

/** From where to listen. */
export interface Start {
  /** Behind this seq; null for from now on. */
  readonly after: number | null
  /** The id of the event there, when it is known. */
  readonly event?: string
  /** Of the first events none is wanted before this one. */
  readonly from?: string
  /** Older ones, which were asked for, may have been there and are no longer kept. */
  readonly cutOff?: boolean
  /** In whose order the seq counts, when that is known. */
  readonly of?: { readonly merchant: string; readonly mode: string }
}

export interface StartFlags {
  /** Seconds ago, or a time. */
  readonly since?: { readonly ago: number } | { readonly at: number }
  readonly replayFrom?: string
  readonly resumeFile?: string
}

const yearSeconds = 366 * 86_400

/** Reads `2h` or a time. @throws InvalidArgumentError */
export const readSince = (text: string): { ago: number } | { at: number } =>
  /^(\d+[smhdw])+$/.test(text) ? { ago: readDuration(yearSeconds)(text) } : { at: readFrom(text) }

type Connecting = Pick<ConnectionOptions, 'url' | 'apiKey' | 'userAgent' | 'timings' | 'clock' | 'signal'>

const looking =
  (options: Connecting): LookBehind =>
  async (after) => {
    const enough = new AbortController()
    const signal = AbortSignal.any([options.signal, enough.signal])
    let found: { head?: number; created?: number } = {}
    let newest = 0
    const connection = openConnection({
      ...options,
      signal,
      after,
      afterEvent: undefined,
      onHello: (_merchant, _mode, headSeq) => (newest = headSeq),
      onReady(at) {
        if (after !== null) return
        found = { head: at }
        enough.abort()
      },
      onEvent(_seq, { created }) {
        found = { created }
        enough.abort()
        return undefined
      },
      onSkip(seq) {
        if (seq < newest) return
        // Whatever this key may be told of next has not happened yet.
        found = { created: Number.POSITIVE_INFINITY }
        enough.abort()
      },
    })
    checkEnding(await connection.ended)
    return found
  }

const createdOf = async (context: Context, id: string): Promise<number> => {
  const { method, path } = eventsApi.retrieveEvent
  try {
    const event = await call(context, {
      method,
      path: path.replace(':id', encodeURIComponent(id)),
      pairs: [],
      stripeVersion: apiVersion,
    })
    return Number(event['created'])
  } catch (error) {
    if (error instanceof ApiError && error.status === 404)
      throw new Failure(error.message, { exitCode: 4, cause: error })
    throw error
  }
}

/** Where to begin, by the flags: of several the file goes first, for it knows most. @throws Failure */
export const findStart = async (context: Context, flags: StartFlags, connecting: Connecting): Promise<Start> => {
  const { since, replayFrom, resumeFile } = flags
  if (since !== undefined && replayFrom !== undefined) throw usageFailure('Give --since or --replay-from, not both.')
  const kept = resumeFile === undefined ? undefined : await readPositionFile(resumeFile)
  if (kept !== undefined) {
    const { merchant, mode, seq, event } = kept
    return { after: seq, of: { merchant, mode }, ...(event === undefined ? {} : { event }) }
  }
  if (replayFrom !== undefined && /^\d{1,15}$/.test(replayFrom)) return { after: Math.max(0, Number(replayFrom) - 1) }
  if (replayFrom !== undefined) {
    const created = await createdOf(context, replayFrom)
    return { ...(await locate(created, looking(connecting))), from: replayFrom }
  }
  if (since === undefined) return { after: null }
  const at = 'at' in since ? since.at : unixSeconds(context.clock.now()) - since.ago
  return locate(at, looking(connecting))
}
