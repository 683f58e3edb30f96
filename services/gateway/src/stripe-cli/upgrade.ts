import type { IncomingMessage } from 'node:http'
import { cliProtocol, streamAccess, type CliFeature } from '@micro/contracts'
import { Fault, unixSeconds, type Clock } from '@micro/kernel'
import { listenerSecret, SealError } from '@micro/signing'
import { addressKey } from '../access/client-ip.ts'
import { admit } from '../admission.ts'
import type { Exchange } from '../exchange.ts'
import type { Policy, SetHeader } from '../limits/policy.ts'
import { passes, readFilters, type LogFilters } from '../request-log/request-log.ts'
import type { RequestLog } from '../request-log/tail.ts'
import { judgePlace, tellableTo, type Place } from '../stream/place.ts'
import type { StreamParts } from '../stream/upgrade.ts'
import { createUpgrading } from '../stream/upgrading.ts'
import { createCliConnection } from './connection.ts'
import { checkFeatures } from './feature-access.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import type { CliSessions } from './sessions.ts'
import { hashOf, isWebSocketId, openCredential } from './websocket-id.ts'

/** What a client reports of its forwarding holds the event's and the answer's text, both shortened. */
const framePayloadBytesMax = 1024 * 1024
/** A third of the time after which a session counts as gone. */
const beatMs = 20_000

export interface CliStreamParts extends StreamParts {
  readonly clock: Clock
  readonly sessions: CliSessions
  readonly requestLog: Pick<RequestLog, 'watch'>
  /** Attempts with ids that name nothing, per address. */
  readonly failures: Policy
}

interface Listener extends Place {
  readonly hash: string
  readonly secret: string
  readonly features: readonly CliFeature[]
  readonly filters: LogFilters
  readonly afterSeq: number
}

/** Where sessions connect; the account in it is for people who read it. */
export const subscribePath = '/stripecli/subscribe'
const subscribeForm = /^\/stripecli\/subscribe\/acct_\w+$/

/** Whether an upgrade is one of Stripe's command line, whatever else is to be said of it. */
export const isCliUpgrade = ({ url = '' }: IncomingMessage): boolean => url.startsWith(`${subscribePath}/`)

/** The WebSocket of Stripe's command line. Its protocol is `docs/adr/0021`. */
export const createCliUpgrader = (parts: CliStreamParts) => {
  const { sessions, hub, log } = parts

  const findSession = async (websocketId: string | undefined, exchange: Exchange, setHeader: SetHeader) => {
    const unknown = new Fault('websocket_id_unknown')
    const address = addressKey(exchange.clientIp)
    await parts.enforce(parts.failures, address, setHeader, 0)
    const refuse = async (): Promise<never> => {
      await parts.enforce(parts.failures, address, setHeader)
      throw unknown
    }
    if (!isWebSocketId(websocketId)) return refuse()
    const { session } = await sessions
      .resumeCliSession({ body: { websocket_hash: hashOf(websocketId) } })
      .catch((cause: unknown) => {
        throw new Fault('upstream_unavailable', { service: 'events', retry_after: 1 }, { cause })
      })
    if (session === null) return refuse()
    try {
      return {
        ...session,
        credential: openCredential(websocketId, session.sealed_credential),
        hash: hashOf(websocketId),
      }
    } catch (error) {
      if (error instanceof SealError) return refuse()
      throw error
    }
  }

  const judge = async (exchange: Exchange, request: IncomingMessage, setHeader: SetHeader): Promise<Listener> => {
    if (parts.draining()) throw new Fault('shutting_down')
    const path = admit(request, parts.guard)
    parts.guard.checkOrigin(request.headers.origin, request.headers.host ?? '')
    if (!subscribeForm.test(path) || request.method !== 'GET')
      throw new Fault('route_unknown', { method: request.method, path: path.slice(0, 200), hint: '' })
    exchange.pattern = `${subscribePath}/:id`
    const id = request.headers['websocket-id']
    const session = await findSession(typeof id === 'string' ? id : undefined, exchange, setHeader)
    const authenticated = await parts
      .authenticate(streamAccess.access, {
        authorization: `Bearer ${session.credential}`,
        cookie: undefined,
        mode: undefined,
        clientIp: exchange.clientIp,
        confidential: parts.transport(request).confidential,
        setHeader,
      })
      .catch((error: unknown) => {
        // The client asks for a new session then, and is told there what is wrong with its key.
        throw error instanceof Fault && error.spec.status === 401 ? new Fault('websocket_id_unknown') : error
      })
    const { hash, features, after_seq: afterSeq } = session
    exchange.principal = authenticated.principal
    // Again: sessions that releases before opened are still there.
    checkFeatures(features, authenticated.principal, session.credential)
    const filters = readFilters(session.filters)
    const place = await judgePlace(parts, exchange, authenticated, setHeader)
    return { ...place, hash, features, filters, afterSeq, secret: listenerSecret(session.credential) }
  }

  const keepers = new WeakMap<object, { keeper: Keeper; beating: NodeJS.Timeout; unwatch: (() => void) | undefined }>()

  return createUpgrading<Listener>(parts, {
    payloadBytesMax: framePayloadBytesMax,
    protocol: cliProtocol,
    judge,
    open(socket, { principal, hash, secret, features, filters, afterSeq, headSeq, read }) {
      const { merchant, mode } = principal
      const session = { websocket_hash: hash, merchant, mode }
      const onReadError = (error: unknown): void => log.warn({ err: error, merchant, mode }, 'stream.read_failed')
      const keeper = createKeeper({
        afterSeq,
        save: (progress) =>
          sessions.saveCliSession({
            body: {
              ...session,
              after_seq: progress.afterSeq,
              resent: [...progress.resent],
              connected: progress.connected,
            },
          }),
        onError: (error) => log.warn({ err: error, merchant, mode }, 'stripe_cli.save_failed'),
      })
      const connection = createCliConnection({
        socket,
        keeper,
        secret,
        afterSeq,
        headSeq,
        wantsEvents: features.includes('webhooks'),
        mayTell: tellableTo(principal),
        read,
        readResends: async () => (await sessions.readCliResends({ body: session })).events,
        newName: (kind) =>
          `${kind === 'webhook' ? 'wh' : 'wc'}_${parts.newId('stream_session').slice('cliws_'.length)}`,
        nowSeconds: () => unixSeconds(parts.clock.now()),
        bufferedBytesMax: parts.config.bufferedBytesMax,
        onReadError,
        onSent: hub.noteSent,
      })
      const unwatch = features.includes('request_logs')
        ? parts.requestLog.watch(principal, (request) => {
            if (passes(filters, request)) connection.log(request)
          })
        : undefined
      keepers.set(connection, { keeper, unwatch, beating: setInterval(() => keeper.beat(), beatMs).unref() })
      return connection
    },
    closed(connection) {
      const kept = keepers.get(connection)
      kept?.unwatch?.()
      clearInterval(kept?.beating)
      void kept?.keeper.end()
    },
  })
}
