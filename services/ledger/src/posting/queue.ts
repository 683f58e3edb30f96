import { Fault } from '@micro/kernel'

export interface QueueOptions<T, R> {
  /** Carries items to an end together: one result for each, in order. */
  readonly carry: (items: readonly T[]) => Promise<readonly R[]>
  /** Items carried at once, by number and by size; a single larger one goes alone. */
  readonly loadMax: number
  readonly loadBytesMax: number
  /** How many loads may be under way at the same time. */
  readonly loadsMax: number
  /** Fewer items than this are not shared out among several loads. */
  readonly shareMin: number
  /** Bounds of what waits; whatever comes beyond is refused. */
  readonly waitingMax: number
  readonly waitingBytesMax: number
  readonly bytesOf: (item: T) => number
}

interface Waiting<T, R> {
  readonly item: T
  readonly bytes: number
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit without timers: what arrives while a load is under way waits, and the next load takes all of it. An
 * idle queue carries a single item at once; the busier it is, the more share one load.
 */
export const createQueue = <T, R>(options: QueueOptions<T, R>) => {
  const { carry, loadMax, loadBytesMax, loadsMax, shareMin, waitingMax, waitingBytesMax, bytesOf } = options
  let waiting: Waiting<T, R>[] = []
  let waitingBytes = 0
  let loads = 0
  let carried = 0
  let called = false

  const takeLoad = (): Waiting<T, R>[] => {
    let bytes = 0
    // A like share for each load, or all would leave on one, and while it is carried nothing could be made ready.
    const share = Math.max(shareMin, Math.ceil((waiting.length + carried) / loadsMax))
    const most = Math.min(share, loadMax)
    const over = waiting.findIndex((each, at) => at === most || ((bytes += each.bytes) > loadBytesMax && at > 0))
    const load = waiting.slice(0, over === -1 ? waiting.length : over)
    waiting = waiting.slice(load.length)
    for (const each of load) waitingBytes -= each.bytes
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

  // After the sockets that are ready have been read, so that what arrived together leaves together.
  const call = (): void => {
    if (called || waiting.length === 0 || loads >= loadsMax) return
    called = true
    setImmediate(() => {
      called = false
      while (waiting.length > 0 && loads < loadsMax) void depart(takeLoad())
    })
  }

  return {
    /** How many wait, not counting what is under way. */
    waiting: () => waiting.length,
    /** @throws Fault ledger_busy when too much waits already; else whatever `carry` throws */
    put: (item: T): Promise<R> =>
      new Promise((resolve, reject) => {
        const bytes = bytesOf(item)
        if (waiting.length >= waitingMax || waitingBytes + bytes > waitingBytesMax)
          return reject(new Fault('ledger_busy'))
        waiting.push({ item, bytes, resolve, reject })
        waitingBytes += bytes
        call()
      }),
  }
}
