import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { isLoopback } from '@micro/service'
import type { GatewayConfig } from '../config.ts'
import { addressIn, unmapped } from './client-ip.ts'

/** Whether this gateway can be reached from its own machine only. */
export const isLocal = ({ host, publishedOnLoopback }: Pick<GatewayConfig, 'host' | 'publishedOnLoopback'>): boolean =>
  isLoopback(host) || publishedOnLoopback

/** Whether what others send here crosses the network in clear, and nobody said that a proxy sees to it. */
export const listensInClear = (config: GatewayConfig): boolean =>
  !isLocal(config) && config.tls === undefined && config.trustedProxies.length === 0

/** The way by which a request came. */
export interface Transport {
  /** TLS all the way from the client, as far as is known. */
  readonly https: boolean
  /** Nobody on the way could listen: TLS, or a way that does not leave this machine. */
  readonly confidential: boolean
}

/** Under which address its caller reached us: `http://127.0.0.1:8080`, as a browser has it for an origin. */
export const originOf = ({ headers }: IncomingMessage, { https }: Pick<Transport, 'https'>): string =>
  `${https ? 'https' : 'http'}://${headers.host ?? ''}`

/**
 * Tells how a request came. A trusted proxy is believed about the way to it, for good and for bad; from anybody else
 * X-Forwarded-Proto is only a header. More than one word in it is no yes: the first of them may be the client's.
 * `local`: this gateway can be reached from its own machine only.
 */
export const transportReader = (options: {
  local: boolean
  trustedProxies: readonly string[]
}): ((request: IncomingMessage) => Transport) => {
  const isTrusted = addressIn(options.trustedProxies)
  return ({ socket, headers }) => {
    const encrypted = (socket as TLSSocket).encrypted === true
    const forwarded = headers['x-forwarded-proto']
    const byProxy = isTrusted(unmapped(socket.remoteAddress ?? ''))
    if (forwarded === undefined || !byProxy) {
      // On its own machine a proxy has a way to it all the same, and this one does not tell which.
      const sentOn = byProxy && headers['x-forwarded-for'] !== undefined
      return { https: encrypted, confidential: encrypted || (options.local && !sentOn) }
    }
    const https = String(forwarded).trim().toLowerCase() === 'https'
    return { https, confidential: https }
  }
}
