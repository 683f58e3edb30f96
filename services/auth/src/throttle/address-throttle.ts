import { isIPv6 } from 'node:net'

/** Failed logins that one address may cause within the window. An office behind one address stays well below. */
const failuresMax = 50
const windowMs = 5 * 60 * 1000

/** What one attacker can cheaply vary is one: an IPv6 host owns its /64; an IPv4-mapped address is its IPv4 address. */
export const addressGroup = (ip: string): string => {
  if (!isIPv6(ip)) return ip
  const [text = ''] = ip.toLowerCase().split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = text.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0')
  return `${[...front, ...gap, ...back]
    .slice(0, 4)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`
}

/**
 * Counts failed logins per network address, in this process only: it blunts guessing one password on many accounts.
 * What protects a single account is stored in the database. Memory is bounded: the address idle longest is forgotten.
 */
export const createAddressThrottle = ({ addressesMax = 10_000 }: { addressesMax?: number } = {}) => {
  const failures = new Map<string, number[]>()

  return {
    /** Counts an attempt. Returns the seconds to wait when the address has used up its failures, else undefined. */
    enter(ip: string, now: Date): number | undefined {
      const group = addressGroup(ip)
      const at = now.getTime()
      const recent = (failures.get(group) ?? []).filter((time) => time > at - windowMs)
      failures.delete(group)
      failures.set(group, recent)
      const [oldest] = recent
      if (recent.length >= failuresMax && oldest !== undefined) return Math.ceil((oldest + windowMs - at) / 1000)
      recent.push(at)
      const [longestIdle] = failures.keys()
      if (failures.size > addressesMax && longestIdle !== undefined) failures.delete(longestIdle)
      return undefined
    },
    /** Takes back the newest attempt: it was no failure. */
    forgive(ip: string): void {
      failures.get(addressGroup(ip))?.pop()
    },
    size: () => failures.size,
  }
}

export type AddressThrottle = ReturnType<typeof createAddressThrottle>
