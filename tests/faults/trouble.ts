import type { Replica } from './replica.ts'

interface Line {
  readonly level?: string
  readonly msg?: string
  readonly fault?: string
  readonly err?: { readonly message?: string }
}

const parse = (line: string): Line | undefined => {
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined
  }
}

const kindsMax = 25

/** What the logs hold of errors and warnings, each kind once with its number, and whatever is no line of a log. */
export const troubleIn = (replicas: readonly Replica[]): string => {
  const counts = new Map<string, number>()
  for (const { name, log } of replicas)
    for (const text of log().split('\n').filter(Boolean)) {
      const line = parse(text)
      if (line !== undefined && line.level !== 'error' && line.level !== 'warn') continue
      const kind =
        line === undefined
          ? `${name}: ${text.slice(0, 300)}`
          : `${name} ${line.level} ${line.msg} ${line.fault ?? ''} ${(line.err?.message ?? '').slice(0, 200)}`
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  const kinds = [...counts].sort(([, a], [, b]) => b - a).slice(0, kindsMax)
  return kinds.map(([kind, count]) => `\n  ${count} × ${kind}`).join('')
}
