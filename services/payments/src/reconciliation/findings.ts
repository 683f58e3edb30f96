import type { DifferenceKind } from '@micro/contracts'
import type { Difference } from './difference.ts'

/** What a comparison found: how many of each kind, and the first of them. */
export interface Findings {
  add(found: Difference): void
  readonly kept: readonly Difference[]
  counts(): Partial<Record<DifferenceKind, number>>
}

export const createFindings = (keptMax: number): Findings => {
  const kept: Difference[] = []
  const counts = new Map<DifferenceKind, number>()
  return {
    add(found) {
      counts.set(found.kind, (counts.get(found.kind) ?? 0) + 1)
      if (kept.length < keptMax) kept.push(found)
    },
    kept,
    counts: () => Object.fromEntries(counts),
  }
}
