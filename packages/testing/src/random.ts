/** A reproducible source of bytes (mulberry32): for tests only, not random enough for anything else. */
export const seededBytes = (seed: number) => {
  let state = seed | 0
  const nextByte = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) & 0xff
  }
  return (size: number): Uint8Array => Uint8Array.from({ length: size }, nextByte)
}
