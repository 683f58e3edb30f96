import { nameOf, type BookKey } from '../books/book.ts'

/** Waits for news of one book. */
export interface Listener {
  /** Resolves once the book may have gone beyond `after`, after `ms`, or when the signal is aborted. */
  wait(options: { after: bigint; ms: number; signal: AbortSignal }): Promise<void>
  end(): void
}

interface Waiting {
  readonly book: BookKey
  after: bigint
  rung: boolean
  wake: () => void
}

export type BookHead = BookKey & { readonly seqLast: bigint }

/**
 * Tells readers of a book that it has grown. What this process posts rings at once; for what others post, the heads of
 * all books that are waited for are read together, every `everyMs`, and only while somebody waits.
 */
export const createDoorbell = ({
  heads,
  everyMs = 500,
}: {
  heads: (books: readonly BookKey[]) => Promise<readonly BookHead[]>
  everyMs?: number
}) => {
  const listeners = new Map<string, Set<Waiting>>()
  let waiters = 0
  let timer: NodeJS.Timeout | undefined

  const look = async (): Promise<void> => {
    const all = [...listeners.values()].flatMap((each) => [...each])
    const [first] = all
    if (first === undefined) return
    const books = [...new Map(all.map(({ book }) => [nameOf(book), book])).values()]
    for (const head of await heads(books))
      for (const waiting of listeners.get(nameOf(head)) ?? []) if (head.seqLast > waiting.after) waiting.wake()
  }

  // One look after the other, however long one takes. One that fails is made up for by the next.
  const keepLooking = (): void => {
    timer ??= setTimeout(() => {
      void look()
        .catch(() => {})
        .finally(() => {
          timer = undefined
          if (waiters > 0) keepLooking()
        })
    }, everyMs)
  }

  return {
    ring(book: BookKey): void {
      for (const waiting of listeners.get(nameOf(book)) ?? []) {
        waiting.rung = true
        waiting.wake()
      }
    },
    /** Begin to listen before reading: a ring between the reading and the waiting is not lost. */
    listen(book: BookKey): Listener {
      const waiting: Waiting = { book, after: 0n, rung: false, wake: () => {} }
      const name = nameOf(book)
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(waiting))
      return {
        async wait({ after, ms, signal }) {
          waiting.after = after
          if (!waiting.rung && !signal.aborted && ms > 0) {
            waiters++
            keepLooking()
            await new Promise<void>((resolve) => {
              const late = setTimeout(resolve, ms)
              waiting.wake = () => {
                clearTimeout(late)
                signal.removeEventListener('abort', waiting.wake)
                resolve()
              }
              signal.addEventListener('abort', waiting.wake)
            })
            waiting.wake()
            waiting.wake = () => {}
            waiters--
          }
          waiting.rung = false
        },
        end() {
          set.delete(waiting)
          if (set.size === 0 && listeners.get(name) === set) listeners.delete(name)
        },
      }
    },
  }
}

export type Doorbell = ReturnType<typeof createDoorbell>
