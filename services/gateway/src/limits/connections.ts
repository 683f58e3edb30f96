import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressKey, unmapped } from '../access/client-ip.ts'

/**
 * Bounds how many connections one address may hold, whatever it does with them: one beyond is closed before a byte of
 * it is read. `isExempt` names the addresses that speak for many, such as trusted proxies.
 */
export const boundConnections = (
  server: Server,
  { perAddressMax, isExempt }: { perAddressMax: number; isExempt: (address: string) => boolean },
): void => {
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = unmapped(socket.remoteAddress ?? '')
    if (isExempt(address)) return
    const key = addressKey(address)
    const count = counts.get(key) ?? 0
    if (count >= perAddressMax) return void socket.destroy()
    counts.set(key, count + 1)
    socket.once('close', () => {
      const left = (counts.get(key) ?? 1) - 1
      if (left === 0) counts.delete(key)
      else counts.set(key, left)
    })
  })
}
