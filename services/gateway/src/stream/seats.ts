import { Fault } from '@micro/kernel'
import { createSeats, type SeatBound, type TakeSeat } from '@micro/service'
import { addressKey } from '../access/client-ip.ts'
import type { StreamConfig } from '../config.ts'

export interface Seat {
  readonly keyId: string
  readonly merchant: string
  readonly ip: string
}

const bound = (scope: string, name: string, max: number): SeatBound => ({
  name,
  max,
  full: () => new Fault('stream_limit', { scope, limit: max }),
})

/** For open connections, so that no key, merchant or address can hold all of them. The fault is stream_limit. */
export const createConnectionSeats = (config: StreamConfig): TakeSeat<Seat> =>
  createSeats(({ keyId, merchant, ip }) => [
    bound('API key', `key:${keyId}`, config.connectionsPerKeyMax),
    bound('merchant', `merchant:${merchant}`, config.connectionsPerMerchantMax),
    bound('address', `ip:${addressKey(ip)}`, config.connectionsPerIpMax),
    bound('server', 'all', config.connectionsMax),
  ])
