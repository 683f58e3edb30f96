/** What came of requests in a stretch, which has a number from 1; of all of them where it has none. */
export interface Requested {
  readonly stretch: number | null
  readonly delivered: bigint
  readonly refused: bigint
  readonly unanswered: bigint
  readonly p50: number | null
  readonly p95: number | null
}

/** The same in public; nothing where nothing was requested. */
export const requestedToWire = (requested: Requested | undefined) => ({
  delivered: Number(requested?.delivered ?? 0),
  refused: Number(requested?.refused ?? 0),
  unanswered: Number(requested?.unanswered ?? 0),
  duration_ms_p50: requested?.p50 ?? null,
  duration_ms_p95: requested?.p95 ?? null,
})
