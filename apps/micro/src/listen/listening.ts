import type { Event } from '@micro/contracts'
import { Failure } from '../shell/failure.ts'
import type { Printer } from './printer.ts'
import { createPositionKeeper } from './position-file.ts'
import type { Relay } from './relay.ts'
import type { Start } from './start.ts'
import { followStream, type StreamOptions } from './stream.ts'
import type { createTally } from './tally.ts'

interface Listening {
  readonly connecting: Pick<StreamOptions, 'url' | 'apiKey' | 'userAgent' | 'timings' | 'clock' | 'signal'>
  readonly start: Start
  readonly resumeFile: string | undefined
  readonly secret: string
  wanted(type: string): boolean
  readonly relay: Relay
  readonly printer: Printer
  readonly tally: ReturnType<typeof createTally>
}

/** Whether events have begun to be wanted: from the one that was named on. */
const createGate = (from: string | undefined) => {
  let isOpen = from === undefined
  return (event: Event): boolean => {
    isOpen ||= event.id === from
    return isOpen
  }
}

/** Listens until the signal. @throws Failure */
export const listenTo = async (options: Listening): Promise<void> => {
  const { connecting, start, secret, printer, relay, tally } = options
  const stopping = new AbortController()
  const isBegun = createGate(start.from)
  const keeper = options.resumeFile === undefined ? undefined : createPositionKeeper(options.resumeFile)
  let tenant: { merchant: string; mode: string } | undefined
  let failed: unknown
  const fail = (error: unknown): void => {
    failed ??= error
    stopping.abort()
  }

  await followStream({
    ...connecting,
    signal: AbortSignal.any([connecting.signal, stopping.signal]),
    start,
    onHello(merchant, mode) {
      tenant = { merchant, mode }
      const { of } = start
      if (of === undefined || (of.merchant === merchant && of.mode === mode)) return
      fail(
        new Failure(
          `The resume file is of ${of.merchant} in ${of.mode} mode, the API key of ${merchant} in ${mode} mode. Use another file.`,
        ),
      )
    },
    onReady(again, lostForMs) {
      tally.begin()
      if (again) tally.reconnected()
      printer.ready(secret, { again, lostForMs, after: start.after })
      if (start.cutOff === true && !again)
        printer.missed(`Events up to ${start.after} are no longer kept; some of them may be of that time.`)
    },
    onLost: printer.lost,
    onStillLost: printer.stillLost,
    onMissed: printer.missed,
    onPosition(seq, event) {
      if (keeper === undefined || tenant === undefined) return
      keeper.keep({ ...tenant, seq, ...(event === undefined ? {} : { event }) }).catch(fail)
    },
    onEvent(seq, event, done) {
      if (!options.wanted(event.type) || !isBegun(event)) return done()
      tally.event()
      printer.event(seq, event)
      relay.accept(event, done)
    },
  })
  await keeper?.flush().catch(fail)
  if (failed !== undefined) throw failed as Error
}
