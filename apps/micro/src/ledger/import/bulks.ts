import { Failure } from '../../shell/failure.ts'
import type { Item } from './lines.ts'

export interface BulkBounds {
  readonly itemsMax: number
  readonly bytesMax: number
}

const sizeOf = (items: readonly Item[]): number => items.reduce((sum, { bytes }) => sum + bytes, 0)

/** Refuses a group that comes again after another: one request cannot hold all of it. */
const createGroupWatch = () => {
  const ended = new Set<string>()
  let current: string | undefined
  return ({ group, line }: Item): void => {
    if (group === current) return
    if (current !== undefined) ended.add(current)
    current = group
    if (group !== undefined && ended.has(group))
      throw new Failure(
        `Line ${line} is of the group '${group}', which ended before: its lines must follow each other.`,
      )
  }
}

/**
 * Transactions in requests of their order, as large as bounds allow, and no group of them in two. @throws Failure for
 * a group that is too large for one or in several places
 */
export async function* bulksOf(items: AsyncIterable<Item>, { itemsMax, bytesMax }: BulkBounds): AsyncGenerator<Item[]> {
  const watch = createGroupWatch()
  let held: Item[] = []
  let bytes = 0
  for await (const item of items) {
    watch(item)
    while (held.length > 0 && (held.length >= itemsMax || bytes + item.bytes > bytesMax)) {
      const same = item.group === undefined ? -1 : held.findIndex(({ group }) => group === item.group)
      if (same === 0)
        throw new Failure(
          `The group '${item.group ?? ''}' is too large: line ${item.line} of it does not fit into one request.`,
        )
      const cut = same < 0 ? held.length : same
      yield held.slice(0, cut)
      held = held.slice(cut)
      bytes = sizeOf(held)
    }
    held.push(item)
    bytes += item.bytes
  }
  if (held.length > 0) yield held
}
