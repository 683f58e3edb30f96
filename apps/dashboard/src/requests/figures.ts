interface Known {
  readonly id: string
}

/** How many of a list are newer than what is shown of it. Both are newest first. */
export const arrived = (shown: readonly Known[], fresh: readonly Known[]): number => {
  const known = new Set(shown.map(({ id }) => id))
  const at = fresh.findIndex(({ id }) => known.has(id))
  return at === -1 ? fresh.length : at
}

/** A share of all, in whole percent, never 0 where there is something: "<1 %". */
export const shareText = (part: number, all: number): string => {
  if (part === 0 || all === 0) return '0 %'
  const percent = (part / all) * 100
  return percent < 1 ? '<1 %' : `${Math.round(percent)} %`
}

/** How long something took, in few letters: "4.2 ms", "250 ms", "1.4 s". */
export const durationText = (ms: number | null): string => {
  if (ms === null) return '—'
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}
