import { isIP } from 'node:net'
import { Fault } from '@micro/kernel'
import { isLoopback } from '@micro/service'

// Browsers take what ends in .localhost for this machine and ask no DNS. Under a name of its own the gateway shares its
// cookies with no other server of the machine.
const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', 'micro.localhost', '[::1]'])

const nameOf = (host: string): string => host.replace(/:\d{1,5}$/, '').toLowerCase()

// A name with a dot can be anyone's, and DNS rebinding points it here; addresses and bare names cannot be had that way.
const cannotBeRebound = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, '')) !== 0 || /^[a-z0-9-]+$/.test(name)

/** Which pages and which names may reach the gateway: the defence of a local server against the browser beside it. */
export interface BrowserGuard {
  /** @throws Fault host_not_allowed */
  checkHost(host: string): void
  /** True for a page that this gateway itself, or the configuration, vouches for. */
  originAllowed(origin: string, host: string): boolean
  /** For what changes something, and for WebSockets. @throws Fault origin_not_allowed */
  checkOrigin(origin: string | undefined, host: string): void
  /** Whether every answer to this origin carries CORS headers: only those configured. */
  shares(origin: string): boolean
}

const sameOrigin = (origin: string, host: string): boolean =>
  /^https?:\/\/(.+)$/i.exec(origin)?.[1]?.toLowerCase() === host.toLowerCase()

export const browserGuard = (options: {
  listenHost: string
  allowedHosts: readonly string[]
  allowedOrigins: readonly string[]
}): BrowserGuard => {
  const hosts = new Set(options.allowedHosts)
  const origins = new Set(options.allowedOrigins)
  const open = !isLoopback(options.listenHost) && hosts.size === 0

  const hostAllowed = (host: string): boolean => {
    const name = nameOf(host)
    if (hosts.has('*') || loopbackNames.has(name) || hosts.has(name) || hosts.has(host.toLowerCase())) return true
    return open && cannotBeRebound(name)
  }
  const originAllowed = (origin: string, host: string): boolean =>
    origins.has(origin.toLowerCase()) || sameOrigin(origin, host)

  return {
    checkHost(host) {
      if (!hostAllowed(host)) throw new Fault('host_not_allowed', { host: host.slice(0, 100) })
    },
    originAllowed,
    checkOrigin(origin, host) {
      if (origin !== undefined && !originAllowed(origin, host))
        throw new Fault('origin_not_allowed', { origin: origin.slice(0, 100) })
    },
    shares: (origin) => origins.has(origin.toLowerCase()),
  }
}
