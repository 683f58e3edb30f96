// mulberry32
const byteSource = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) & 0xff
  }
}

/** A reproducible source of bytes: for tests only, not random enough for anything else. */
export const seededBytes = (seed: number) => {
  const nextByte = byteSource(seed)
  return (size: number): Uint8Array => Uint8Array.from({ length: size }, nextByte)
}

export interface Seeded {
  /** From 0 up to, but never, 1. */
  fraction(): number
  /** A whole number, both bounds included. */
  between(min: number, max: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
}

/** Reproducible decisions: the same seed decides the same, in the same order of asking. */
export const seededRandom = (seed: number): Seeded => {
  const nextByte = byteSource(seed)
  const fraction = (): number =>
    (nextByte() + nextByte() * 2 ** 8 + nextByte() * 2 ** 16 + nextByte() * 2 ** 24) / 2 ** 32
  const between = (min: number, max: number): number => min + Math.floor(fraction() * (max - min + 1))
  return {
    fraction,
    between,
    pick(items) {
      const picked = items[between(0, items.length - 1)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
    chance: (probability) => fraction() < probability,
  }
}
