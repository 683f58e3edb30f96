/** Lets so many pieces of work go on at once; the others wait for their turn, in the order they came. */
export const createTurns = (max: number) => {
  const waiting: (() => void)[] = []
  let taken = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (taken < max) taken++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // Handed on, so that nobody who comes now takes the turn of one who waits.
      const next = waiting.shift()
      if (next === undefined) taken--
      else next()
    }
  }
}
