import type { IncomingMessage } from 'node:http'
import { streamAccess } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Authenticate } from '../access/authenticate.ts'
import type { BrowserGuard } from '../access/browser.ts'
import { readCaller } from '../access/caller.ts'
import type { Transport } from '../access/transport.ts'
import { admit } from '../admission.ts'
import type { StreamConfig } from '../config.ts'
import type { Exchange } from '../exchange.ts'
import type { SetHeader } from '../limits/policy.ts'
import { createConnection, type FrameSink, type StreamSocket } from './connection.ts'
import { frameText } from './frames.ts'
import { judgePlace, tellableTo, type JudgedPlaceParts, type Place } from './place.ts'
import { createUpgrading, type UpgradingParts } from './upgrading.ts'

const framePayloadBytesMax = 64 * 1024

export interface StreamParts extends UpgradingParts, JudgedPlaceParts {
  readonly guard: BrowserGuard
  readonly transport: (request: IncomingMessage) => Transport
  readonly authenticate: Authenticate
  readonly config: StreamConfig
}

const asText = ({ send, ...socket }: StreamSocket): FrameSink => ({
  ...socket,
  send: (frame, flushed) => send(frameText(frame), flushed),
})

/** The WebSocket `/ws`, which `micro listen` opens. */
export const createUpgrader = (parts: StreamParts) => {
  const { config, hub } = parts

  const judge = async (exchange: Exchange, request: IncomingMessage, setHeader: SetHeader): Promise<Place> => {
    if (parts.draining()) throw new Fault('shutting_down')
    const path = admit(request, parts.guard)
    parts.guard.checkOrigin(request.headers.origin, request.headers.host ?? '')
    if (path !== '/ws' || request.method !== 'GET') {
      throw new Fault('route_unknown', {
        method: request.method,
        path: path.slice(0, 200),
        hint: 'The WebSocket is at /ws.',
      })
    }
    exchange.pattern = '/ws'
    const caller = { clientIp: exchange.clientIp, setHeader, isStream: true }
    const authenticated = await parts.authenticate(
      streamAccess.access,
      readCaller(request, parts.transport(request), caller),
    )
    return judgePlace(parts, exchange, authenticated, setHeader)
  }

  const overdue = new WeakMap<object, NodeJS.Timeout>()

  return createUpgrading<Place>(parts, {
    payloadBytesMax: framePayloadBytesMax,
    judge,
    open(socket, { principal, headSeq, read }) {
      const connection = createConnection({
        socket: asText(socket),
        read,
        headSeq,
        mayTell: tellableTo(principal),
        onSent: hub.noteSent,
        session: parts.newId('stream_session'),
        merchant: principal.merchant,
        mode: principal.mode,
        bufferedBytesMax: config.bufferedBytesMax,
        onReadError: (error) =>
          parts.log.warn({ err: error, merchant: principal.merchant, mode: principal.mode }, 'stream.read_failed'),
      })
      overdue.set(
        connection,
        setTimeout(() => connection.resumeOverdue(), config.resumeMsMax),
      )
      return connection
    },
    closed: (connection) => clearTimeout(overdue.get(connection)),
  })
}
