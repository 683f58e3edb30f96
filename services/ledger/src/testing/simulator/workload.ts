import type { Seeded } from '@micro/testing'
import type { Action } from '../../posting/action.ts'
import type { PostRequest } from '../../posting/index.ts'
import type { Transaction } from '../../transactions/transaction.ts'
import type { SimulatedAccount, SimulatedBook } from './simulated-books.ts'
import { laneOf } from '../../books/lane.ts'

/** What a client wants recorded, together when there are several, or only tried out. */
export interface Wish {
  readonly requests: readonly [PostRequest, ...PostRequest[]]
  readonly dryRun: boolean
}

const kinds = [
  { name: 'cash', type: 'asset', side: 'debit', currency: 'usd', min: null, max: null },
  { name: 'purse', type: 'liability', side: 'credit', currency: 'usd', min: 0n, max: null },
  { name: 'jar', type: 'liability', side: 'credit', currency: 'usd', min: 0n, max: 40n },
  { name: 'euros', type: 'asset', side: 'debit', currency: 'eur', min: null, max: null },
  { name: 'debt', type: 'liability', side: 'credit', currency: 'eur', min: -20n, max: null },
] as const

export const newBooks = (count: number): SimulatedBook[] =>
  Array.from({ length: count }, (_, nth) => {
    const key = { merchant: `acct_${nth}`, mode: 'test' } as const
    const accounts = kinds.map((kind, at): SimulatedAccount => ({
      ...kind,
      id: BigInt(nth * 10 + at + 1),
      status: 'active',
      version: 0n,
      sums: { credits: 0n, debits: 0n, pendingCredits: 0n, pendingDebits: 0n },
    }))
    return {
      ...key,
      lane: laneOf(key),
      id: BigInt(nth + 1),
      accounts,
      transactions: [],
      closedBefore: null,
      closings: [],
    }
  })

const pairs = [
  ['cash', 'purse'],
  ['cash', 'jar'],
  ['purse', 'jar'],
  ['euros', 'debt'],
  ['cash', 'nowhere'],
  ['cash', 'euros'],
] as const

/** Draws what clients wish for; some of it is about what was recorded before. */
export const createWishes = (books: readonly SimulatedBook[], random: Seeded) => {
  let wishes = 0

  const entries = (of = random.chance(0.9) ? pairs.slice(0, 4) : pairs) => {
    const [from, to] = random.pick(of)
    const amount = BigInt(random.between(1, 15)) * (random.chance(0.6) ? 1n : -1n)
    return [
      { account: to, amount },
      { account: from, amount: random.chance(0.97) ? -amount : amount },
    ]
  }

  const follow = (recorded: readonly Transaction[]): Action | undefined => {
    const parent = recorded.length === 0 ? undefined : random.pick(recorded)
    if (parent === undefined) return undefined
    const place = { id: parent.id, seq: parent.seq, weight: parent.entries.length }
    if (parent.kind !== 'hold') return { kind: 'reversal', parent: place }
    if (random.chance(0.3)) return { kind: 'release', parent: place }
    const amount = random.chance(0.7) ? BigInt(random.between(1, 8)) : null
    return { kind: 'capture', parent: place, amount, final: random.chance(0.3) }
  }

  const request = (book: SimulatedBook, recorded: readonly Transaction[]): PostRequest => {
    wishes++
    const action: Action | undefined = random.chance(0.35)
      ? follow(recorded)
      : random.chance(0.3)
        ? { kind: 'hold', expiry: null }
        : undefined
    return {
      book: { merchant: book.merchant, mode: 'test' },
      // Now and then one that somebody else has chosen, too.
      reference: random.chance(0.1) ? `shared-${random.between(1, 3)}` : `wish-${wishes}`,
      description: random.chance(0.2) ? 'words' : null,
      metadata: {},
      entries: action === undefined || action.kind === 'hold' ? entries() : [],
      action,
      effectiveAt: random.chance(0.1) ? new Date(86_400_000) : undefined,
    }
  }

  /** A fact of Micro's own, of a time that may be closed. */
  const fact = (book: SimulatedBook): PostRequest => ({
    book: { merchant: book.merchant, mode: 'test' },
    reference: `micro:wish-${++wishes}`,
    description: null,
    metadata: {},
    entries: entries(pairs.slice(0, 3)),
    effectiveAt: random.chance(0.7) ? new Date(86_400_000) : undefined,
    system: { currency: 'usd', accounts: [] },
  })

  return (recordedIn: (book: SimulatedBook) => readonly Transaction[]): Wish => {
    const book = random.pick(books)
    const more = random.chance(0.15) ? random.between(1, 3) : 0
    const recorded = recordedIn(book)
    const first = random.chance(0.08) ? fact(book) : request(book, recorded)
    const rest = Array.from({ length: more }, () => request(book, recorded))
    return { requests: [first, ...rest], dryRun: more === 0 && random.chance(0.05) }
  }
}
