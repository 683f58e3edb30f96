import type { Tenant } from '@micro/contracts'

/** Which turns a batch is of. */
export interface Turn {
  /** How many items, of all tenants together; those that wait share them evenly. */
  readonly limit: number
  /** How many at most of one tenant. */
  readonly each: number
  /** Tenants behind this one, in the order of their names. */
  readonly behind: Tenant
  /** Tenants that have all they may have under way, as `nameOf` calls them: they are left out. */
  readonly full: readonly string[]
}

/** Before every tenant. */
export const start: Tenant = { merchant: '', mode: 'live' }

export const nameOf = ({ merchant, mode }: Tenant): string => `${merchant}/${mode}`

const isBehind = (a: Tenant, b: Tenant): boolean =>
  a.merchant === b.merchant ? a.mode > b.mode : a.merchant > b.merchant

const countEach = (items: readonly Tenant[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1)
  return counts
}

/** Tenants with so many items under way that the others' come first. */
export const fullTenants = (underWay: readonly Tenant[], eachMax: number): readonly string[] =>
  [...countEach(underWay)].filter(([, count]) => count >= eachMax).map(([name]) => name)

/**
 * Where the next batch begins, given what was taken, and whether it may find something at once: behind the last tenant
 * when there were more tenants than items to share, else with the first one again.
 */
export const following = (
  taken: readonly Tenant[],
  { limit, each, behind }: Turn,
): { behind: Tenant; more: boolean } => {
  const counts = countEach(taken)
  const share = Math.min(each, Math.ceil(limit / Math.max(1, counts.size)))
  if (counts.size >= limit) return { behind: taken.reduce((a, b) => (isBehind(a, b) ? a : b)), more: true }
  return { behind: start, more: behind !== start || [...counts.values()].some((count) => count >= share) }
}

/** Where tenants take turns among what is due, so many of the oldest are looked at. */
export const lookedAtMax = 1_000
