import type { Event, Mode } from '@micro/contracts'
import { Refusal } from '../api/call.ts'
import { follow } from './live.data.ts'

export type Connection = 'connecting' | 'live' | 'waiting'

const waitMsMin = 1_000
const waitMsMax = 30_000

interface Told {
  readonly onConnection: (connection: Connection) => void
  /** A stream has begun; `whole` when it goes on where the last one ended, so that nothing was missed. */
  readonly onOpen: (whole: boolean) => void
  readonly onEvent: (event: Event) => void
}

/**
 * Keeps one stream of events open for as long as the page is looked at, and goes on where it was. Pages that nobody sees
 * let go of theirs: a browser opens six connections to one address, and windows in the background would use them up.
 * Answers what ends it.
 */
export const stayConnected = (mode: Mode, { onConnection, onOpen, onEvent }: Told): (() => void) => {
  let since: string | undefined
  let waitMs = waitMsMin
  let timer: ReturnType<typeof setTimeout> | undefined
  let current = new AbortController()

  const connect = async (): Promise<void> => {
    const { signal } = (current = new AbortController())
    const told = {
      onOpen: () => {
        waitMs = waitMsMin
        onConnection('live')
        onOpen(since !== undefined)
      },
      onEvent: (event: Event, id: string | undefined) => {
        since = id ?? since
        onEvent(event)
      },
    }
    await follow({ mode, since, signal }, told).catch((error: unknown) => {
      // A cursor that is no longer kept: from now on, then.
      if (error instanceof Refusal && error.status === 400) since = undefined
    })
    if (signal.aborted) return
    onConnection('waiting')
    timer = setTimeout(() => void connect(), waitMs)
    waitMs = Math.min(waitMs * 2, waitMsMax)
  }
  const leave = (): void => {
    current.abort()
    clearTimeout(timer)
  }
  const look = (): void => {
    leave()
    if (document.visibilityState !== 'visible') return
    onConnection('connecting')
    void connect()
  }
  document.addEventListener('visibilitychange', look)
  addEventListener('pagehide', leave)
  look()
  return () => {
    document.removeEventListener('visibilitychange', look)
    removeEventListener('pagehide', leave)
    leave()
  }
}
