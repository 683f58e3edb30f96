import type { Tenant } from '@micro/contracts'

/** How many requests may begin. */
export interface Share {
  readonly total: number
  /** Of these, to endpoints that nothing got through to lately. */
  readonly failing: number
}

/** How much may be leased in one go. */
export interface Room extends Share {
  /** How much of it a merchant may have in a mode that has nothing under way. */
  readonly each: Share
  /** What is left of that to those that have. */
  readonly begun: readonly (Tenant & Share)[]
}

/** A request that is under way. */
export interface UnderWay extends Tenant {
  readonly failing: boolean
}

/** Leased in one go: each brings its event along, which may be large. */
const leasedMax = 64

/** However slow a merchant's endpoints are, three quarters of all room are for others, and half of it for those of its own that answer. */
const eachOf = (concurrency: number): Share => {
  const total = Math.max(1, Math.floor(concurrency / 4))
  return { total, failing: Math.max(1, Math.floor(total / 2)) }
}

/** What is left of a room for so many requests. */
export const roomBeside = (underWay: Iterable<UnderWay>, concurrency: number): Room => {
  const each = eachOf(concurrency)
  const begun = new Map<string, Tenant & { total: number; failing: number }>()
  let total = concurrency
  // However many endpoints hang, half of all room is for those that do not.
  let failing = Math.floor(concurrency / 2)
  for (const { merchant, mode, failing: isFailing } of underWay) {
    const key = `${merchant}/${mode}`
    const left = begun.get(key) ?? { merchant, mode, ...each }
    begun.set(key, left)
    left.total--
    total--
    if (!isFailing) continue
    left.failing--
    failing--
  }
  return { total: Math.min(leasedMax, total), failing: Math.max(0, failing), each, begun: [...begun.values()] }
}

/** Whether a merchant may have more under way in a mode. */
export const hasRoom = ({ total, begun }: Room, { merchant, mode }: Tenant): boolean =>
  total > 0 && begun.every((left) => left.merchant !== merchant || left.mode !== mode || left.total > 0)
