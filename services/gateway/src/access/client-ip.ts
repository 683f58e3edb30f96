import { BlockList, isIP } from 'node:net'
import type { IncomingMessage } from 'node:http'

/** An IPv4 address in IPv6 form as the IPv4 address it is. */
export const unmapped = (address: string): string =>
  /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const rangeList = (ranges: readonly string[]): BlockList => {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    if (bits === undefined) list.addAddress(address, family(address))
    else list.addSubnet(address, Number(bits), family(address))
  }
  return list
}

/** Whether an address lies in one of some ranges. */
export const addressIn = (ranges: readonly string[]): ((address: string) => boolean) => {
  const list = rangeList(ranges)
  return (address) => isIP(address) !== 0 && list.check(address, family(address))
}

/**
 * The address a request came from. X-Forwarded-For counts only when the peer is a trusted proxy, and then only up to the
 * last address that is not one: what stands left of it, the client may have written itself.
 */
export const clientIpReader = (trustedProxies: readonly string[]): ((request: IncomingMessage) => string) => {
  const isTrusted = addressIn(trustedProxies)
  return (request) => {
    const peer = unmapped(request.socket.remoteAddress ?? '')
    const forwarded = request.headers['x-forwarded-for']
    if (forwarded === undefined || !isTrusted(peer)) return peer
    const hops = String(forwarded)
      .split(',')
      .map((hop) => unmapped(hop.trim()))
      .reverse()
    const client = hops.find((hop) => !isTrusted(hop))
    return client !== undefined && isIP(client) !== 0 ? client : peer
  }
}

const expand = (address: string): string[] => {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...(tail === undefined ? [] : zeros), ...right]
}

/** What a limit per address counts by: an IPv4 address, or the /64 of an IPv6 one, since a single host has all of it. */
export const addressKey = (ip: string): string =>
  isIP(ip) === 6
    ? `${expand(ip)
        .slice(0, 4)
        .map((group) => group.replace(/^0+(?=.)/, ''))
        .join(':')}::/64`
    : ip
