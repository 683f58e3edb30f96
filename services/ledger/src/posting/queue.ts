import { Fault } from '@micro/kernel'
import { createLines } from './lines.ts'

export interface QueueOptions<T, R> {
  /** Carries items to an end together: one result for each, in order. */
  readonly carry: (items: readonly T[]) => Promise<readonly R[]>
  /** Items carried at once, by number and by size; a single larger one goes alone. */
  readonly loadMax: number
  readonly loadBytesMax: number
  /** How many loads may be under way at the same time. */
  readonly loadsMax: number
  /** Fewer items than this are not shared out among several loads, and wait for the one under way. */
  readonly shareMin: number
  /** Bounds of what waits; whatever comes beyond is refused. */
  readonly waitingMax: number
  readonly waitingBytesMax: number
  readonly bytesOf: (item: T) => number
  /** Whose line an item stands in: each keeps its order, and they take turns. */
  readonly lineOf: (item: T) => string
}

interface Waiting<T, R> {
  readonly item: T
  readonly bytes: number
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit without timers: what arrives while a load is under way waits until that has ended, or enough of them have
 * come, and leaves together. An idle queue carries a single item at once; the busier it is, the more share one load.
 * However long one line is, the first of another leaves with the next load.
 */
export const createQueue = <T, R>(options: QueueOptions<T, R>) => {
  const { carry, loadMax, loadBytesMax, loadsMax, shareMin, waitingMax, waitingBytesMax, bytesOf, lineOf } = options
  const lines = createLines<Waiting<T, R>>()
  let loads = 0
  let carried = 0
  let called = false

  const takeLoad = (): Waiting<T, R>[] => {
    let bytes = 0
    const load: Waiting<T, R>[] = []
    // A like share for each load, or all would leave on one, and while it is carried nothing could be made ready.
    const share = Math.max(shareMin, Math.ceil((lines.all().count + carried) / loadsMax))
    const most = Math.min(share, loadMax)
    while (load.length < most) {
      const next = lines.next((each) => load.length === 0 || bytes + each.bytes <= loadBytesMax)
      if (next === undefined) break
      bytes += next.bytes
      load.push(next)
    }
    return load
  }

  const depart = async (load: readonly Waiting<T, R>[]): Promise<void> => {
    loads++
    carried += load.length
    try {
      const results = await carry(load.map(({ item }) => item))
      for (const [at, { resolve }] of load.entries()) resolve(results[at] as R)
    } catch (error) {
      for (const { reject } of load) reject(error)
    } finally {
      loads--
      carried -= load.length
      call()
    }
  }

  // A load costs more than what few items add to it, and could not begin before the one under way ends.
  const isTime = (): boolean => {
    const { count } = lines.all()
    return loads === 0 ? count > 0 : loads < loadsMax && count >= shareMin
  }

  // After the sockets that are ready have been read, so that what arrived together leaves together.
  const call = (): void => {
    if (called || !isTime()) return
    called = true
    setImmediate(() => {
      called = false
      while (isTime()) void depart(takeLoad())
    })
  }

  /** No line takes more than half of the room, so that there is some for others. */
  const isFull = (line: string, bytes: number): boolean => {
    const [all, ofLine] = [lines.all(), lines.of(line)]
    return (
      all.count >= waitingMax ||
      all.bytes + bytes > waitingBytesMax ||
      ofLine.count >= waitingMax / 2 ||
      (ofLine.count > 0 && ofLine.bytes + bytes > waitingBytesMax / 2)
    )
  }

  return {
    /** How many wait, not counting what is under way. */
    waiting: () => lines.all().count,
    /** @throws Fault ledger_busy when too much waits already; else whatever `carry` throws */
    put: (item: T): Promise<R> =>
      new Promise((resolve, reject) => {
        const bytes = bytesOf(item)
        const line = lineOf(item)
        if (isFull(line, bytes)) return reject(new Fault('ledger_busy'))
        lines.add(line, { item, bytes, resolve, reject })
        call()
      }),
  }
}
