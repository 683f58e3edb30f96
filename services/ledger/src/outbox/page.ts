import type { OutboxRow } from '@micro/service'
import type { Head, Told, Untold } from './outbox.store.ts'

/** Entries that one page may hold together: some two megabytes of text. */
const entriesMax = 5_000
/** A row counts as so many: the largest, a closed period with its totals, is some 200 kilobytes. */
const entriesOfRow = 400

type Item = { readonly id: bigint; readonly row: OutboxRow } | { readonly id: bigint; readonly stretch: Untold }

export interface Page<T> {
  readonly items: readonly T[]
  /** Whether something was left for the next one. */
  readonly more: boolean
}

/**
 * The next things to look at, in the one order of both tables, `limit` transactions and rows at most; the last stretch is
 * cut. What is full may go on before the end of the other.
 */
export const nextOf = (
  { rows, stretches }: { rows: readonly OutboxRow[]; stretches: readonly Untold[] },
  { limit, rowsMax }: { limit: number; rowsMax: number },
): Page<Item> => {
  const lastRow = rows.length < rowsMax ? undefined : rows.at(-1)?.id
  const all: Item[] = [
    ...rows.map((row) => ({ id: row.id, row })),
    ...stretches
      .filter(({ id }) => lastRow === undefined || id < lastRow)
      .map((stretch) => ({ id: stretch.id, stretch })),
  ].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const items: Item[] = []
  let left = BigInt(limit)
  for (const item of all) {
    if (left === 0n) return { items, more: true }
    if ('row' in item) {
      left--
      items.push(item)
      continue
    }
    const { firstSeq, lastSeq } = item.stretch
    const end = firstSeq + left - 1n < lastSeq ? firstSeq + left - 1n : lastSeq
    left -= end - firstSeq + 1n
    items.push({ id: item.id, stretch: { ...item.stretch, lastSeq: end } })
    if (end < lastSeq) return { items, more: true }
  }
  return { items, more: rows.length === rowsMax || stretches.length === limit }
}

/** A transaction that is to be told, with how far its stretch is told with it. */
export type Due = { readonly id: bigint; readonly row: OutboxRow } | { readonly head: Head; readonly through: bigint }

/** What of it goes into one answer, and what of it is behind us because nothing there is to be told. */
export const dueOf = (
  items: readonly Item[],
  heads: readonly Head[],
): Page<Due> & { readonly nothing: readonly Told[] } => {
  const byStretch = Map.groupBy(heads, ({ stretch }) => stretch)
  const nothing: Told[] = []
  const due: Due[] = []
  let entries = 0
  for (const item of items) {
    const each: readonly Due[] = 'row' in item ? [item] : dueIn(item.stretch, byStretch.get(item.id) ?? [])
    if (each.length === 0 && 'stretch' in item) nothing.push({ stretch: item.id, seq: item.stretch.lastSeq })
    for (const one of each) {
      entries += 'row' in one ? entriesOfRow : one.head.weight
      if (entries > entriesMax && due.length > 0) return { items: due, more: true, nothing }
      due.push(one)
    }
  }
  return { items: due, more: false, nothing }
}

const dueIn = ({ lastSeq }: Untold, heads: readonly Head[]): Due[] =>
  heads.map((head, at) => ({ head, through: (heads[at + 1]?.seq ?? lastSeq + 1n) - 1n }))
