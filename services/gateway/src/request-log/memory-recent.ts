import type { LoggedRequest } from '@micro/contracts'
import { keyOf, type RecentRequests } from './recent.ts'

/** Merchants and modes remembered at a time: with 1,000 requests of each some 20 MB at most. */
const tenantsMax = 50
/** Requests that may be too many for a while. */
const spare = 256

/** The last requests as one process saw them: they end with it. Of more than `tenantsMax` the longest silent are forgotten. */
export const memoryRecent = ({ max }: { max: number }): RecentRequests => {
  // The order of insertion is that of the last request.
  const all = new Map<string, LoggedRequest[]>()
  return {
    max,
    keep(tenant, request) {
      if (max === 0) return
      const key = keyOf(tenant)
      let own = all.get(key)
      if (own === undefined) {
        own = []
        const [longestSilent] = all.keys()
        if (all.size === tenantsMax && longestSilent !== undefined) all.delete(longestSilent)
      } else all.delete(key)
      all.set(key, own)
      own.push(request)
      // Rarely, and many at once: to take one away from the front moves all the others.
      if (own.length >= max + spare) own.splice(0, own.length - max)
    },
    read: (tenant) => Promise.resolve((all.get(keyOf(tenant)) ?? []).slice(-max)),
    close: () => all.clear(),
  }
}
