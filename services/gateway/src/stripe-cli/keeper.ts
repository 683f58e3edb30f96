/** How far a session is, to be remembered. */
export interface Progress {
  readonly afterSeq: number
  readonly resent: readonly string[]
  readonly connected: boolean
}

/** Writes a session's progress down, one write at a time; what comes meanwhile goes with the next. */
export interface Keeper {
  /** Something was acknowledged: `afterSeq` is how far now. */
  note(afterSeq: number, resent: readonly string[]): void
  /** Says that the session is still connected, and tries once more what could not be written. */
  beat(): void
  /** The connection has ended: resolves once the last of it is written, or could not be. */
  end(): Promise<void>
}

export const createKeeper = (options: {
  afterSeq: number
  save: (progress: Progress) => Promise<unknown>
  onError: (error: unknown) => void
  resentMax?: number
}): Keeper => {
  const { save, onError, resentMax = 1_000 } = options
  let afterSeq = options.afterSeq
  let resent: string[] = []
  let connected = true
  let due = false
  let writing: Promise<void> | undefined

  const writeAll = async (): Promise<void> => {
    while (due) {
      due = false
      const batch = resent.slice(0, resentMax)
      try {
        await save({ afterSeq, resent: batch, connected })
        resent = resent.slice(batch.length)
        if (resent.length > 0) due = true
      } catch (error) {
        // Nothing is lost by that: the next beat says the same again, and what a client gets twice has the same id.
        onError(error)
      }
    }
  }
  const write = (): Promise<void> => {
    due = true
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
    return writing
  }

  return {
    note(now, more) {
      afterSeq = Math.max(afterSeq, now)
      resent.push(...more)
      void write()
    },
    beat: () => void write(),
    end() {
      connected = false
      return write()
    },
  }
}
