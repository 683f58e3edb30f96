/** What is remembered about a key until `expiresMs`, in whatever milliseconds its user counts. */
export interface Remembered {
  expiresMs: number
}

/** Keys of one kind; they share a bound, so that a flood of addresses cannot push out the windows of API keys. */
const createKind = <T extends Remembered>(create: (nowMs: number) => T, keysMax: number) => {
  const entries = new Map<string, T>() // least recently used first
  return {
    use(key: string, nowMs: number): T {
      const entry = entries.get(key) ?? create(nowMs)
      entries.delete(key)
      // A few idle keys go with every use, so that no sweep ever has to stop the world.
      let checked = 0
      for (const [oldest, { expiresMs }] of entries) {
        if (checked++ >= 2 || (expiresMs > nowMs && entries.size < keysMax)) break
        entries.delete(oldest)
      }
      entries.set(key, entry)
      return entry
    },
    get size() {
      return entries.size
    },
  }
}

/**
 * Remembers something for each key `<kind>:<id>`: at most `keysMax` keys per kind; beyond, the longest unused are
 * forgotten.
 */
export const createKeyTable = <T extends Remembered>({
  create,
  keysMax,
}: {
  create: (nowMs: number) => T
  keysMax: number
}) => {
  const kinds = new Map<string, ReturnType<typeof createKind<T>>>()
  return {
    use(key: string, nowMs: number): T {
      const name = key.slice(0, key.indexOf(':'))
      const kind = kinds.get(name) ?? createKind(create, keysMax)
      kinds.set(name, kind)
      return kind.use(key, nowMs)
    },
    size: (): number => [...kinds.values()].reduce((sum, kind) => sum + kind.size, 0),
  }
}
