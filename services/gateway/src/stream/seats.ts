import { Fault } from '@micro/kernel'
import type { StreamConfig } from '../config.ts'
import { addressKey } from '../access/client-ip.ts'

export interface Seat {
  readonly keyId: string
  readonly merchant: string
  readonly ip: string
}

/** Counts open connections, so that no key, merchant or address can hold all of them. */
export const createSeats = (config: StreamConfig) => {
  const counts = new Map<string, number>()
  const bounds = ({ keyId, merchant, ip }: Seat): [scope: string, name: string, max: number][] => [
    ['API key', `key:${keyId}`, config.connectionsPerKeyMax],
    ['merchant', `merchant:${merchant}`, config.connectionsPerMerchantMax],
    ['address', `ip:${addressKey(ip)}`, config.connectionsPerIpMax],
    ['server', 'all', config.connectionsMax],
  ]

  return {
    /** Takes a seat and returns what gives it back. @throws Fault stream_limit */
    take(seat: Seat): () => void {
      const taken = bounds(seat)
      for (const [scope, name, limit] of taken) {
        if ((counts.get(name) ?? 0) >= limit) throw new Fault('stream_limit', { scope, limit })
      }
      for (const [, name] of taken) counts.set(name, (counts.get(name) ?? 0) + 1)
      let given = false
      return () => {
        if (given) return
        given = true
        for (const [, name] of taken) {
          const left = (counts.get(name) ?? 1) - 1
          if (left === 0) counts.delete(name)
          else counts.set(name, left)
        }
      }
    },
  }
}
