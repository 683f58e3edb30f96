import type { Operation } from './operation.ts'

/** What is searched for, as it stands in the address. */
export const searchedIn = ({ q }: Record<string, unknown>): { q?: string } =>
  typeof q === 'string' && q.trim() !== '' ? { q: q.slice(0, 200) } : {}

type Named = Pick<Operation, 'id' | 'method' | 'path' | 'title' | 'summary' | 'group' | 'stripe'>

/** The operations that hold every word, wherever; those whose path is the whole of it first. */
export const found = <O extends Named>(operations: readonly O[], searched: string): O[] => {
  const words = searched.toLowerCase().split(/\s+/).filter(Boolean)
  const textOf = ({ id, method, path, title, summary, group, stripe = '' }: O): string =>
    [id, method, path, title, summary, group, stripe].join(' ').toLowerCase()
  const isExact = ({ method, path }: O): boolean => [path, `${method} ${path}`].includes(searched.trim())
  const matching = operations.filter((each) => words.every((word) => textOf(each).includes(word)))
  return [...matching.filter(isExact), ...matching.filter((each) => !isExact(each))]
}

/** In their groups, in order. */
export const grouped = <O extends Pick<Operation, 'group'>>(operations: readonly O[]): (readonly [string, O[]])[] => [
  ...Map.groupBy(operations, ({ group }) => group),
]
