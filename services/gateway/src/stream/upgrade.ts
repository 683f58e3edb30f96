import type { IncomingMessage } from 'node:http'
import type { Client } from '@micro/client'
import {
  isLedgerEvent,
  mayReadLedgerEvents,
  streamAccess,
  type Event,
  type eventsApi,
  type MerchantPrincipal,
  type Tenant,
} from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { checkScope, type TakeSeat } from '@micro/service'
import type { Authenticate, Authenticated } from '../access/authenticate.ts'
import type { BrowserGuard } from '../access/browser.ts'
import { readCaller } from '../access/caller.ts'
import { shownCredential } from '../access/credential.ts'
import type { CredentialCache, Verdict } from '../access/credential-cache.ts'
import type { Transport } from '../access/transport.ts'
import { admit } from '../admission.ts'
import type { StreamConfig } from '../config.ts'
import type { Exchange } from '../exchange.ts'
import type { Enforce, Policy, SetHeader } from '../limits/policy.ts'
import { createConnection, type FrameSink, type ReadEvents, type StreamSocket } from './connection.ts'
import type { Seat } from './seats.ts'
import { createUpgrading, type UpgradingParts } from './upgrading.ts'

const framePayloadBytesMax = 64 * 1024

/** What a place at the stream takes. */
export interface PlaceParts {
  readonly cache: Pick<CredentialCache, 'verify'>
  readonly takeSeat: TakeSeat<Seat>
  readonly events: Pick<Client<typeof eventsApi>, 'readEventStream'>
}

export interface StreamParts extends UpgradingParts, PlaceParts {
  readonly guard: BrowserGuard
  readonly transport: (request: IncomingMessage) => Transport
  readonly authenticate: Authenticate
  readonly enforce: Enforce
  readonly policy: Policy
  readonly config: StreamConfig
}

export interface Streamer {
  readonly principal: MerchantPrincipal
  readonly verify: () => Promise<Verdict>
  readonly headSeq: number
  readonly read: ReadEvents
  readonly leave: () => void
}

/** Whether somebody may be told of an event: of the ledger's only with the right to read that. */
export const tellableTo = (principal: MerchantPrincipal): ((event: Pick<Event, 'type'>) => boolean) => {
  const ledger = mayReadLedgerEvents(principal)
  return ({ type }) => ledger || !isLedgerEvent(type)
}

const readFor =
  ({ events }: Pick<PlaceParts, 'events'>, { merchant, mode }: Tenant): ReadEvents =>
  (after, limit) =>
    events.readEventStream({ query: { merchant, mode, after, limit } })

/** Whose key or session it is that opens a stream, as limits and seats count. */
const keyOf = ({ keyId, session, merchant }: MerchantPrincipal): string => keyId ?? session ?? merchant

/** A seat for somebody who may have one, where the events can be read. @throws Fault stream_limit, upstream_unavailable */
export const takePlace = async (
  parts: PlaceParts,
  { clientIp }: Exchange,
  { principal, credential }: Authenticated,
): Promise<Streamer> => {
  const leave = parts.takeSeat({ keyId: keyOf(principal), merchant: principal.merchant, ip: clientIp })
  try {
    const read = readFor(parts, principal)
    const { head_seq: headSeq } = await read(0, 0)
    return { principal, verify: () => parts.cache.verify(credential), headSeq, read, leave }
  } catch (cause) {
    leave()
    throw new Fault('upstream_unavailable', { service: 'events', retry_after: 1 }, { cause })
  }
}

/**
 * Lets somebody in whose credential is known: within the limits on opening streams, with a seat, and where the events
 * can be read.
 * @throws Fault rate_limit, more_permissions_required, stream_limit, upstream_unavailable
 */
export const seat = async (
  parts: StreamParts,
  exchange: Exchange,
  authenticated: Authenticated,
  setHeader: SetHeader,
): Promise<Streamer> => {
  const { principal, credential } = authenticated
  exchange.principal = principal
  await parts.enforce(parts.policy, keyOf(principal), setHeader)
  checkScope(streamAccess, principal, shownCredential(principal, credential))
  return takePlace(parts, exchange, authenticated)
}

const asText = ({ send, ...socket }: StreamSocket): FrameSink => ({
  ...socket,
  send: (frame, flushed) => send(JSON.stringify(frame), flushed),
})

/** The WebSocket `/ws`, which `micro listen` opens. */
export const createUpgrader = (parts: StreamParts) => {
  const { config, hub } = parts

  const judge = async (exchange: Exchange, request: IncomingMessage, setHeader: SetHeader): Promise<Streamer> => {
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
    return seat(parts, exchange, authenticated, setHeader)
  }

  const overdue = new WeakMap<object, NodeJS.Timeout>()

  return createUpgrading<Streamer>(parts, {
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
