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
import type { Authenticated } from '../access/authenticate.ts'
import { shownCredential } from '../access/credential.ts'
import type { CredentialCache, Verdict } from '../access/credential-cache.ts'
import type { Exchange } from '../exchange.ts'
import type { Enforce, Policy, SetHeader } from '../limits/policy.ts'
import type { ReadEvents } from './connection.ts'
import type { Seat } from './seats.ts'

/** What a place at the stream takes, in whichever form it is read. */
export interface PlaceParts {
  readonly cache: Pick<CredentialCache, 'verify'>
  readonly takeSeat: TakeSeat<Seat>
  readonly events: Pick<Client<typeof eventsApi>, 'readEventStream'>
}

/** What it takes where nobody has asked about limits and scope yet. */
export interface JudgedPlaceParts extends PlaceParts {
  readonly enforce: Enforce
  /** On opening streams. */
  readonly policy: Policy
}

/** A place at the stream of one merchant and mode, held until `leave`. */
export interface Place {
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
): Promise<Place> => {
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
 * A place for somebody whose credential is known: within the limits on opening streams, too.
 * @throws Fault rate_limit, more_permissions_required, stream_limit, upstream_unavailable
 */
export const judgePlace = async (
  parts: JudgedPlaceParts,
  exchange: Exchange,
  authenticated: Authenticated,
  setHeader: SetHeader,
): Promise<Place> => {
  const { principal, credential } = authenticated
  exchange.principal = principal
  await parts.enforce(parts.policy, keyOf(principal), setHeader)
  checkScope(streamAccess, principal, shownCredential(principal, credential))
  return takePlace(parts, exchange, authenticated)
}
