import { setTimeout as pause } from 'node:timers/promises'
import type { RequestLog } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { backoffMs, isPassing, type Backoff } from '../shell/backoff.ts'
import { connectToLog } from './connection.ts'
import type { Gap, Missed } from './missed.ts'
import { createOnce } from './once.ts'
import type { OpenedSession } from './session.ts'

export interface LogStreamOptions {
  readonly userAgent: string
  /** Ends it at once. */
  readonly signal: AbortSignal
  readonly backoff: Backoff
  /** How long after a connection is back the list has what was answered before it. */
  readonly settleMs: number
  open(): Promise<OpenedSession>
  readMissed(gap: Gap): Promise<Missed>
  onReady(again: boolean): void
  onLost(reason: string): void
  /** Requests of a gap are not to be had. */
  onMissed(reason: string): void
  /** Each request once, in the order in which they were answered, over all connections. */
  onRequest(request: RequestLog): void
}

/** A request is told of on the bus a moment after its answer, and clocks of gateways differ. */
const marginSeconds = 5
const fillTriesMax = 5

/**
 * Follows the log over as many connections as it takes, until the signal. What came after a connection is back waits until
 * what was answered before is read and told.
 * @throws ApiError, ConnectionError when the first session cannot be opened, or a later one is refused
 */
export const followLog = async (options: LogStreamOptions): Promise<void> => {
  const { signal, backoff } = options
  const once = createOnce(options.onRequest)
  let firstSeconds = 0
  let gap: Gap | undefined
  /** What came while a gap is open. */
  let held: RequestLog[] = []
  let [wasReady, lost, tries] = [false, false, 0]

  const close = (requests: readonly RequestLog[]): void => {
    for (const request of [...requests, ...held]) once.tell(request)
    gap = undefined
    held = []
  }

  /** @throws Error when the connection is lost meanwhile */
  const fill = async (open: Gap, connected: AbortSignal): Promise<void> => {
    await pause(options.settleMs, undefined, { signal: connected })
    for (let attempt = 0; ; attempt++) {
      try {
        const { requests, complete } = await options.readMissed(open)
        connected.throwIfAborted()
        if (!complete) options.onMissed('The server no longer remembers all that was answered meanwhile.')
        return close(requests)
      } catch (error) {
        connected.throwIfAborted()
        if (!isPassing(error) || attempt + 1 >= fillTriesMax) {
          options.onMissed(
            `What was answered meanwhile cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          )
          return close([])
        }
        await pause(backoffMs(backoff, attempt), undefined, { signal: connected })
      }
    }
  }

  const connect = async (): Promise<string | undefined> => {
    const { session, requestId, openedSeconds, openedMs } = await options.open()
    // Of our own coming back nobody wants to read.
    if (requestId !== null) once.pass(requestId)
    const ended = new AbortController()
    const { reason, heardMs } = await connectToLog({
      session,
      userAgent: options.userAgent,
      signal,
      onReady() {
        options.onReady(wasReady)
        if (!wasReady) firstSeconds = openedSeconds
        wasReady = true
        lost = false
        // Cut short by the end of the connection it leaves the gap to the next one.
        if (gap !== undefined) fill(gap, ended.signal).catch(() => {})
      },
      onRequest(request) {
        if (gap === undefined) once.tell(request)
        else held.push(request)
      },
    })
    ended.abort()
    if (wasReady && gap === undefined) {
      const lostSeconds = openedSeconds + Math.floor((heardMs - openedMs) / 1_000)
      gap = { lostSeconds, sinceSeconds: Math.max(firstSeconds, lostSeconds - marginSeconds) }
    }
    return reason
  }

  while (!signal.aborted) {
    const beganMs = monotonicMs()
    const reason = await connect().catch((error: unknown) => {
      if (wasReady && isPassing(error)) return error.message
      throw error
    })
    if (reason === undefined) return
    if (!lost) options.onLost(reason)
    lost = true
    // Only a connection that held for a while shows that coming back at once is welcome.
    if (monotonicMs() - beganMs > backoff.msMax) tries = 0
    await pause(backoffMs(backoff, tries++), undefined, { signal }).catch(() => {})
  }
}
