/** Settings that cannot work, every one of them named. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
  /** One clause each, without a full stop: `MICRO_RATE_LIMIT must be …, got 'x'`. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`Wrong settings:\n${problems.map((each) => `  - ${each}`).join('\n')}`)
    this.problems = problems
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface IntegerBounds {
  readonly fallback: number
  readonly min: number
  readonly max: number
}

/** Reads settings one by one and keeps what is wrong for the end, so that all of it is told at once. */
export const readSettings = (env: Environment) => {
  const problems: string[] = []

  /** Without the space around it. Empty counts as not set; without a fallback it must be set. */
  const text = (name: string, fallback?: string): string => {
    const given = env[name]?.trim()
    if (given !== undefined && given !== '') return given
    if (fallback === undefined) problems.push(`${name} is missing`)
    return fallback ?? ''
  }

  return {
    text,
    /** Plain digits only. */
    integer(name: string, { fallback, min, max }: IntegerBounds): number {
      const given = text(name, String(fallback))
      const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
      if (value >= min && value <= max) return value
      problems.push(`${name} must be a whole number from ${min} to ${max}, got '${given}'`)
      return fallback
    },
    /** One of a few words; the first when it is not set. */
    oneOf<W extends string>(name: string, words: readonly [W, ...W[]]): W {
      const given = text(name, words[0])
      const word = words.find((each) => each === given)
      if (word === undefined) problems.push(`${name} must be ${words.join(' or ')}, got '${given}'`)
      return word ?? words[0]
    },
    /** Separated by commas, in lower case. */
    list(name: string, { check, expected }: { check: (item: string) => boolean; expected: string }): readonly string[] {
      const items = text(name, '')
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
      for (const item of items) if (!check(item)) problems.push(`${name} must list ${expected}, got '${item}'`)
      return Object.freeze(items.map((item) => item.toLowerCase()))
    },
    /** Notes what else is wrong. Never with a secret's value. */
    complain: (problem: string): void => void problems.push(problem),
    /** Takes in another reader of settings with all its complaints. */
    including<T>(read: () => T): T {
      try {
        return read()
      } catch (error) {
        problems.push(...(error instanceof ConfigurationError ? error.problems : [(error as Error).message]))
        return undefined as T
      }
    },
    /** The settings, when nothing was wrong with any. @throws ConfigurationError */
    done<T>(settings: T): T {
      if (problems.length > 0) throw new ConfigurationError(problems)
      return Object.freeze(settings)
    },
  }
}
