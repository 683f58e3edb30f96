import { parentOf } from './action.ts'
import type { Memory, RememberedBook } from './memory.ts'
import type { PostRequest } from './posting.ts'
import type { Ticket } from './ticket.ts'

type Place = { readonly name: string; readonly book: RememberedBook }

/**
 * What tickets that were left undecided may come to change or depend on. Whoever comes later and shares any of it has to
 * be left as well, so that it is not decided before them.
 */
export const createLeft = (memory: Memory) => {
  const keys = new Set<string>()

  /** Undefined when it may be any account of the book. */
  const accountsOf = (book: RememberedBook, request: PostRequest): readonly string[] | undefined => {
    const { entries, system } = request
    const parent = parentOf(request)
    const followed = parent === undefined ? [] : memory.parent(book, parent.id)?.transaction.entries
    return (
      followed &&
      [...entries, ...followed].map(({ account }) => account).concat(system?.accounts.map(({ id }) => id) ?? [])
    )
  }

  const keysOf = ({ name, book }: Place, { parts }: Ticket): string[] =>
    parts.flatMap(({ request }) => {
      const accounts = accountsOf(book, request)
      if (accounts === undefined) return [name]
      return [`${name} reference ${request.reference}`, ...accounts.map((account) => `${name} account ${account}`)]
    })

  return {
    concerns(at: Place, ticket: Ticket): boolean {
      if (keys.size === 0) return false
      return keys.has(at.name) || keysOf(at, ticket).some((key) => keys.has(key))
    },
    add(at: Place, ticket: Ticket): void {
      for (const key of keysOf(at, ticket)) keys.add(key)
    },
  }
}
