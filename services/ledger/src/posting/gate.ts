/** Lets many through together, or one alone. Who wants to be alone waits for those inside; who comes later waits for it. */
export interface Gate {
  /** Undefined when one may enter at once. Whoever entered must leave. */
  enter(): Promise<void> | undefined
  leave(): void
  alone<T>(work: () => Promise<T>): Promise<T>
}

export const createGate = (): Gate => {
  let inside = 0
  let last: Promise<unknown> | undefined
  let emptied: (() => void) | undefined

  const leave = (): void => {
    inside--
    if (inside === 0) emptied?.()
  }

  const empty = async (): Promise<void> => {
    if (inside === 0) return
    await new Promise<void>((resolve) => (emptied = resolve))
    emptied = undefined
  }

  return {
    enter() {
      if (last === undefined) return void inside++
      // Others may want to be alone by the time the last is done, but whoever waits here came before them.
      return last.then(() => void inside++)
    },
    leave,
    alone(work) {
      const turn = (last ?? Promise.resolve()).then(async () => {
        await empty()
        return work()
      })
      const done = turn.then(
        () => {},
        () => {},
      )
      last = done
      void done.then(() => {
        if (last === done) last = undefined
      })
      return turn
    },
  }
}
