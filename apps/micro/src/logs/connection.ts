import { cliProtocol, type RequestLog } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import WebSocket from 'ws'
import type { LogSession } from './session.ts'

export interface LogConnectionOptions {
  readonly session: LogSession
  readonly userAgent: string
  readonly signal: AbortSignal
  onReady(): void
  onRequest(request: RequestLog): void
}

export interface LogConnectionEnd {
  /** Undefined when the signal ended it. */
  readonly reason: string | undefined
  /** When the server was heard last. */
  readonly heardMs: number
}

const readyMsMax = 10_000
/** The server pings more often than that. */
const silentMsMax = 60_000
const lookMs = 5_000

const requestIn = (text: string): RequestLog | undefined => {
  try {
    const message = JSON.parse(text) as { type?: unknown; request_log?: RequestLog } | null
    return message?.type === 'request_log_event' ? message.request_log : undefined
  } catch {
    return undefined
  }
}

/** One connection to the log, until it ends. */
export const connectToLog = ({ session, userAgent, signal, onReady, onRequest }: LogConnectionOptions) =>
  new Promise<LogConnectionEnd>((resolve) => {
    const socket = new WebSocket(session.websocket_url, [cliProtocol], {
      headers: { 'websocket-id': session.websocket_id, 'user-agent': userAgent },
      perMessageDeflate: false,
      followRedirects: false,
      handshakeTimeout: readyMsMax,
      maxPayload: 1024 * 1024,
    })
    let heardMs = monotonicMs()
    const looking = setInterval(() => {
      if (monotonicMs() - heardMs > silentMsMax) end('the server fell silent')
    }, lookMs)
    const stop = (): void => end(undefined)
    const end = (reason: string | undefined): void => {
      clearInterval(looking)
      signal.removeEventListener('abort', stop)
      socket.terminate()
      resolve({ reason, heardMs })
    }
    socket.on('open', () => {
      heardMs = monotonicMs()
      onReady()
    })
    socket.on('ping', () => (heardMs = monotonicMs()))
    socket.on('message', (data) => {
      heardMs = monotonicMs()
      const request = socket.readyState === WebSocket.OPEN ? requestIn((data as Buffer).toString('utf8')) : undefined
      if (request !== undefined) onRequest(request)
    })
    socket.on('unexpected-response', (_request, { statusCode }) => end(`the server answered with HTTP ${statusCode}`))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.message || (error.code ?? 'connection failed')))
    socket.on('close', (code) => end(`closed with code ${code}`))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })
