import { hostname, networkInterfaces } from 'node:os'

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)

/** Whether an address is one of this machine: loopback, its name, or what one of its interfaces has. */
export const isOfThisMachine = (url: string): boolean => {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (isLoopback(host) || host === hostname().toLowerCase()) return true
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host))
}
