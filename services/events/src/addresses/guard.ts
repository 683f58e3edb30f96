import { isIP, type LookupFunction } from 'node:net'
import type { Mode } from '@micro/contracts'
import { within } from '@micro/service'
import { Agent, buildConnector, Pool, type Dispatcher } from 'undici'
import type { AddressPolicy } from './address-policy.ts'
import type { Resolve } from './resolve.ts'

/** Nothing may be sent there; the message says why, and what it may be told to. */
export class AddressRefusedError extends Error {
  override name = 'AddressRefusedError'
}

export interface Guard {
  /**
   * Whether webhooks may be sent to a URL as of now. A name that cannot be looked up may be one tomorrow.
   * @throws AddressRefusedError
   */
  check(url: string, mode: Mode): Promise<void>
  /** The same without looking its name up. @throws AddressRefusedError */
  checkForm(url: string, mode: Mode): void
  /**
   * Connects to the very addresses that were looked at, and to no others. It follows no redirect. An endpoint's
   * connections are its own: one that answers twice would else answer for its neighbour on the same host.
   */
  dispatcherFor(endpoint: string): Dispatcher
  close(): Promise<void>
}

const connectMsMax = 10_000
/** How long whoever makes an endpoint waits for its name to be looked up. */
const lookupMsMax = 3_000
const keepAliveMs = 4_000
const headerBytesMax = 16 * 1024

/** The only way out for webhooks: every request goes where the policy lets it, whatever a name stands for by then. */
export const createGuard = (
  { policy, resolve }: { policy: AddressPolicy; resolve: Resolve },
  // Tests make themselves a certificate.
  { ca }: { ca?: string } = {},
): Guard => {
  const refuse = (reason: string | undefined): void => {
    if (reason !== undefined) throw new AddressRefusedError(reason)
  }
  const vetted = async (host: string): Promise<readonly string[]> => {
    const addresses = await resolve(host)
    // One that may not be used among several is no mistake: it is what a rebinding name looks like.
    for (const address of addresses) refuse(policy.refusalOfAddress(address))
    return addresses
  }

  // Asked for each connection, and what it answers is what is connected to: nobody looks the name up a second time.
  const lookup: LookupFunction = (host, { all }, callback) => {
    vetted(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }))
        const [first] = found
        if (first === undefined) callback(new Error(`${host} has no address`), '')
        else if (all === true) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (error: unknown) => callback(error as Error, ''),
    )
  }
  const connect = buildConnector({ lookup, timeout: connectMsMax, ...(ca === undefined ? {} : { ca }) })
  const agent = new Agent({
    factory: (marked, options) => new Pool(new URL(marked).origin, options),
    connect: (options, callback) =>
      connect(options, (error, socket) => {
        if (error !== null || socket === null) return callback(error ?? new Error('no connection'), null)
        const reason = policy.refusalOfPeer(socket.remoteAddress ?? '', socket.remotePort ?? 0)
        if (reason === undefined) return callback(null, socket)
        socket.destroy()
        return callback(new AddressRefusedError(reason), null)
      }),
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: headerBytesMax,
    pipelining: 1,
  })

  const checkForm = (url: string, mode: Mode): void => refuse(policy.refusalOfUrl(url, mode))
  return {
    checkForm,
    async check(url, mode) {
      checkForm(url, mode)
      const host = new URL(url).hostname
      if (host.startsWith('[') || isIP(host) !== 0) return
      await within(lookupMsMax, () => vetted(host)).catch((error: unknown) => {
        if (error instanceof AddressRefusedError) throw error
      })
    },
    dispatcherFor: (endpoint) =>
      // The agent keeps connections by the text of their origin: a mark in it keeps endpoints apart.
      agent.compose(
        (dispatch) => (options, handler) =>
          dispatch({ ...options, origin: `${String(options.origin)}#${endpoint}` }, handler),
      ),
    close: () => agent.destroy(),
  }
}
