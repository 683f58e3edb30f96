import type { Told } from './outbox.store.ts'

/** What acknowledges a row, or a stretch up to and with a seq. */
export const positionOf = (id: bigint, seq?: bigint): string => (seq === undefined ? String(id) : `${id}.${seq}`)

/** What positions acknowledge; each stretch once, as far as any of them says. What is no position acknowledges nothing. */
export const readPositions = (positions: readonly string[]): { rows: bigint[]; told: Told[] } => {
  const rows: bigint[] = []
  const told = new Map<bigint, bigint>()
  for (const position of positions) {
    const [, id, seq] = /^([0-9]{1,18})(?:\.([0-9]{1,18}))?$/.exec(position) ?? []
    if (id === undefined) continue
    const key = BigInt(id)
    if (seq === undefined) rows.push(key)
    else if (BigInt(seq) > (told.get(key) ?? -1n)) told.set(key, BigInt(seq))
  }
  return { rows, told: [...told].map(([stretch, seq]) => ({ stretch, seq })) }
}
