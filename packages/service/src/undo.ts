/** What has been started, told to be undone. */
export interface Undo {
  /** Steps run in the reverse order of their adding; one failing does not keep the rest from running. */
  add(step: () => Promise<void> | void): void
  all(): Promise<void>
}

export const createUndo = (): Undo => {
  const steps: (() => Promise<void> | void)[] = []
  return {
    add: (step) => void steps.push(step),
    async all() {
      const errors: unknown[] = []
      for (const step of steps.splice(0).toReversed()) {
        try {
          await step()
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be stopped in order.')
    },
  }
}
