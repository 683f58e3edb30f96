import type { IncomingMessage } from 'node:http'
import { closeCodes, type ClientFrame, type Event } from '@micro/contracts'
import { monotonicMs, type Clock } from '@micro/kernel'
import WebSocket from 'ws'
import { readServerFrame } from './frames.ts'

/** Times in milliseconds. */
export interface ConnectionTimings {
  /** From dialling to `ready`. */
  readonly readyMsMax: number
  /** How often an idle connection is tried; one that stays silent for two turns is dead. */
  readonly heartbeatMs: number
}

/** Why a connection ended, and so what to do next. */
export type Ending =
  | { readonly kind: 'stopped' }
  /** Trying again cannot help. */
  | { readonly kind: 'refused'; readonly reason: string; readonly unauthenticated: boolean }
  /** There never was such a cursor, or another event stands there now. */
  | { readonly kind: 'unknown_cursor'; readonly reason: string | undefined }
  /** Those after the cursor and before this seq are no longer kept. */
  | { readonly kind: 'event_no_longer_kept'; readonly firstSeq: number }
  | { readonly kind: 'lost'; readonly reason: string; readonly reachable: boolean; readonly retryAfterMs: number }

export interface ConnectionOptions {
  readonly url: string
  readonly apiKey: string
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly timings: ConnectionTimings
  readonly clock: Clock
  /** The cursor to resume from; null for "from now on". */
  readonly after: number | null
  /** The id of the event at the cursor, when it is known: another one there means another history. */
  readonly afterEvent: string | undefined
  /** Whose events they are, and the newest there is. */
  onHello(merchant: string, mode: string, headSeq: number): void
  onReady(after: number): void
  /** Returns a reason to drop the connection, when the event does not continue the order. */
  onEvent(seq: number, event: Event): string | undefined
  /** Up to this seq there is nothing more for this key. */
  onSkip(seq: number): void
}

/** One connection to the stream, from dialling to its end. */
export interface Connection {
  readonly ended: Promise<Ending>
  /** Tells the server how far we are; never beyond what it sent on this connection. */
  acknowledge(position: number): void
}

const answerBytesMax = 16 * 1024

const readMessage = async (response: IncomingMessage): Promise<string | undefined> => {
  try {
    let text = ''
    for await (const piece of response as AsyncIterable<Buffer>) {
      text += piece.toString('utf8')
      if (text.length > answerBytesMax) return undefined
    }
    const { error } = JSON.parse(text) as { error?: { message?: unknown } }
    return typeof error?.message === 'string' ? error.message : undefined
  } catch {
    return undefined
  }
}

/** What an HTTP answer instead of an upgrade means. */
const endingOf = async (response: IncomingMessage): Promise<Ending> => {
  const status = response.statusCode ?? 0
  const reason = (await readMessage(response)) ?? `the server answered with HTTP ${status}`
  const passing = status >= 500 || status === 429 || status === 408
  const retryAfterMs = Math.min(60, Number(response.headers['retry-after'] ?? 0) || 0) * 1000
  return passing
    ? { kind: 'lost', reason, reachable: true, retryAfterMs }
    : { kind: 'refused', reason, unauthenticated: status === 401 }
}

/** `said` is what the server told before it closed; `reason` the few words of the closing itself. */
const codeEnding = (code: number, { said, closing }: { said: string; closing: string }): Ending => {
  const reason = said || closing
  if (code === closeCodes.unauthenticated)
    return { kind: 'refused', reason: reason || 'the API key was revoked', unauthenticated: true }
  if (code === closeCodes.unknownCursor) return { kind: 'unknown_cursor', reason: said || undefined }
  const fallback = code === closeCodes.restarting ? 'the server is restarting' : `closed with code ${code}`
  return { kind: 'lost', reason: reason || fallback, reachable: true, retryAfterMs: 0 }
}

/** Tells for how many milliseconds the machine has slept since it was asked the last time: then only the clock goes on. */
const createSleepWatch = (clock: Clock): (() => number) => {
  let before = { clockMs: clock.now().getTime(), monotonicMs: monotonicMs() }
  return () => {
    const now = { clockMs: clock.now().getTime(), monotonicMs: monotonicMs() }
    const sleptMs = now.clockMs - before.clockMs - (now.monotonicMs - before.monotonicMs)
    before = now
    return sleptMs
  }
}

export const openConnection = (options: ConnectionOptions): Connection => {
  const { signal, timings, after, afterEvent } = options
  const { promise: ended, resolve } = Promise.withResolvers<Ending>()
  const socket = new WebSocket(options.url, {
    headers: { authorization: `Bearer ${options.apiKey}`, 'user-agent': options.userAgent },
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: timings.readyMsMax,
    maxPayload: 16 * 1024 * 1024,
  })
  let lastError = ''
  let firstSeq: number | undefined
  let acknowledged: number | undefined
  let sent = 0
  let silentTurns = 0
  const sleptSince = createSleepWatch(options.clock)

  const end = (ending: Ending): void => {
    resolve(ending)
    clearTimeout(overdue)
    clearInterval(heartbeat)
    signal.removeEventListener('abort', stop)
    socket.terminate()
  }
  const lose = (reason: string, reachable = true): void => end({ kind: 'lost', reason, reachable, retryAfterMs: 0 })
  const stop = (): void => end({ kind: 'stopped' })
  const send = (frame: ClientFrame): void => socket.send(JSON.stringify(frame), () => {})

  const overdue = setTimeout(() => lose('the server did not get ready in time'), timings.readyMsMax)
  const heartbeat = setInterval(() => {
    // What the network held meanwhile is gone, even if it looks as if it were there.
    if (sleptSince() > timings.heartbeatMs) lose('this machine was asleep')
    else if (silentTurns++ >= 2) lose('the server fell silent')
    else if (socket.readyState === WebSocket.OPEN) socket.ping()
  }, timings.heartbeatMs)

  const receive = (text: string): void => {
    const frame = readServerFrame(text)
    if (frame === undefined) return lose('the server sent something unreadable')
    if (frame === 'unknown') return
    switch (frame.type) {
      case 'hello':
        options.onHello(frame.merchant, frame.mode, frame.head_seq)
        if (signal.aborted) return undefined
        return send({ type: 'resume', after, ...(afterEvent === undefined ? {} : { event: afterEvent }) })
      case 'ready':
        clearTimeout(overdue)
        acknowledged = sent = frame.after
        return options.onReady(frame.after)
      case 'event': {
        sent = frame.seq
        const objection = options.onEvent(frame.seq, frame.event)
        return objection === undefined ? undefined : lose(objection)
      }
      case 'skip':
        sent = frame.seq
        return options.onSkip(frame.seq)
      case 'error':
        lastError = frame.message
        firstSeq = frame.first_seq
    }
  }

  socket.on('message', (data, isBinary) => {
    silentTurns = 0
    // A socket that was ended here may still hand over what it had buffered.
    if (socket.readyState === WebSocket.OPEN && !isBinary) receive((data as Buffer).toString('utf8'))
  })
  socket.on('pong', () => (silentTurns = 0))
  socket.on('ping', () => (silentTurns = 0))
  socket.on('unexpected-response', (_request, response) => void endingOf(response).then(end))
  socket.on('error', (error) =>
    lose(error.message || (error as NodeJS.ErrnoException).code || 'connection failed', false),
  )
  socket.on('close', (code, reason) => {
    if (code === closeCodes.unknownCursor && firstSeq !== undefined) end({ kind: 'event_no_longer_kept', firstSeq })
    else end(codeEnding(code, { said: lastError, closing: reason.toString('utf8') }))
  })
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop)

  return {
    ended,
    acknowledge(position) {
      const seq = Math.min(position, sent)
      if (acknowledged === undefined || seq <= acknowledged || socket.readyState !== WebSocket.OPEN) return
      acknowledged = seq
      send({ type: 'ack', seq })
    },
  }
}
