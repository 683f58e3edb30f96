/** The secret in use, and those that are still accepted while what they made is in circulation. */
export interface Rotating<T> {
  readonly current: T
  readonly previous: readonly T[]
}

/** The current secret first. */
export const everyOf = <T>({ current, previous }: Rotating<T>): readonly T[] => [current, ...previous]

/** A stored list of secrets as a ring: the newest stands first. @throws Error when it is empty or names one id twice */
export const ringOf = <T>(name: string, entries: readonly T[], idOf: (entry: T) => string): Rotating<T> => {
  const [current, ...previous] = entries
  if (current === undefined) throw new Error(`${name} is empty`)
  if (new Set(entries.map(idOf)).size !== entries.length) throw new Error(`${name} has two entries of one id`)
  return { current, previous }
}
