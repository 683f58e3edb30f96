import { createRecent } from './recent.ts'
import type { BookPlace } from './posting.store.ts'
import type { ParentState } from './parent.ts'
import type { AccountState, BookState } from './state.ts'

/** Where a book stood after the last flight that was sent. */
export type Head = Omit<BookState, 'accounts' | 'recorded' | 'parents'>

export const headOf = ({ accounts: _, recorded: __, parents: ___, ...head }: BookState): Head => head

/** A book as this process left it. Forgotten as a whole, the moment anything of it proves wrong. */
export interface RememberedBook {
  readonly place: BookPlace
  head: Head
}

/** What flights left behind, so that the next can be decided without asking. What it says is a guess until it landed. */
export interface Memory {
  /** Undefined when nothing is known, or others have moved it lately. */
  book(name: string): RememberedBook | undefined
  account(book: RememberedBook, name: string): AccountState | undefined
  learnAccounts(book: RememberedBook, accounts: Iterable<readonly [name: string, state: AccountState]>): void
  parent(book: RememberedBook, id: string): ParentState | undefined
  /** Small ones are remembered, the others not. */
  learnParents(book: RememberedBook, parents: Iterable<ParentState>): void
  /** True when the reference was recorded lately, or is about to be. */
  recorded(book: RememberedBook, reference: string): boolean
  learnRecorded(book: RememberedBook, reference: string): void
  /** A flight under the book's lock found it at `seqBefore` and left it in this state. */
  left(name: string, place: BookPlace, seqBefore: bigint, state: BookState): void
  /** A flight decided on what was remembered has landed. */
  landed(name: string): void
  /**
   * A flight decided on the memory did not land, whichever of its books was to blame. This one stood at `seq` before it;
   * undefined where it may have landed after all.
   */
  forget(name: string, book: RememberedBook, seq: bigint | undefined): void
  /** What was remembered of the book was wrong. */
  blame(name: string): void
}

/**
 * How often in a row a book must be found where this process left it before that is taken for granted again; twice as
 * often each time that it was not so after all.
 */
interface Trust {
  needed: number
  missing: number
}

/** With all it says a transaction may take some kilobytes. */
const parentsMax = 2_000
const parentEntriesMax = 20
const neededMin = 4
const neededMax = 256

export const createMemory = ({ booksMax = 10_000, accountsMax = 50_000, referencesMax = 20_000 } = {}): Memory => {
  const books = createRecent<string, RememberedBook>(booksMax)
  const trusts = createRecent<string, Trust>(booksMax)
  // With the book they were learned of: when it is forgotten, so are they.
  const accounts = createRecent<string, { book: RememberedBook; state: AccountState }>(accountsMax)
  const references = createRecent<string, RememberedBook>(referencesMax)
  const parents = createRecent<string, { book: RememberedBook; state: ParentState }>(parentsMax)
  /** Where those that were forgotten stood. */
  const forgotten = createRecent<string, bigint>(booksMax)
  const keyOf = ({ place: { id } }: RememberedBook, name: string): string => `${id} ${name}`

  const learnAccounts: Memory['learnAccounts'] = (book, learned) => {
    for (const [name, state] of learned) accounts.set(keyOf(book, name), { book, state })
  }
  const learnParents: Memory['learnParents'] = (book, learned) => {
    for (const state of learned)
      if (state.transaction.entries.length <= parentEntriesMax)
        parents.set(keyOf(book, state.transaction.id), { book, state })
  }
  const distrust = (name: string, needed: number): void => trusts.set(name, { needed, missing: needed })
  const blame = (name: string): void => {
    const trust = trusts.get(name)
    // Of one failure there may be several signs.
    if ((trust?.missing ?? 0) > 0) return
    distrust(name, Math.min(neededMax, (trust?.needed ?? neededMin / 2) * 2))
  }
  const learnTrust = (name: string): void => {
    const trust = trusts.get(name)
    if (trust === undefined) return
    if (trust.missing > 0) trust.missing--
    else if (trust.needed > neededMin) trust.needed--
    else trusts.delete(name)
  }

  return {
    book: (name) => ((trusts.get(name)?.missing ?? 0) > 0 ? undefined : books.get(name)),
    account(book, name) {
      const known = accounts.get(keyOf(book, name))
      return known?.book === book ? known.state : undefined
    },
    learnAccounts,
    parent(book, id) {
      const known = parents.get(keyOf(book, id))
      return known?.book === book ? known.state : undefined
    },
    learnParents,
    recorded: (book, reference) => references.get(keyOf(book, reference)) === book,
    learnRecorded: (book, reference) => references.set(keyOf(book, reference), book),
    left(name, place, seqBefore, state) {
      const known = books.get(name)
      const head = headOf(state)
      const same = known?.place.id === place.id && known.head.seqLast === seqBefore
      const stood = known === undefined ? forgotten.get(name) : undefined
      forgotten.delete(name)
      if (known !== undefined && !same) distrust(name, trusts.get(name)?.needed ?? neededMin)
      else if (stood !== undefined && stood !== seqBefore) blame(name)
      else learnTrust(name)
      const book = known !== undefined && same ? known : { place, head }
      book.head = head
      books.set(name, book)
      learnAccounts(book, state.accounts)
      learnParents(book, state.parents.values())
      for (const reference of state.recorded.keys()) references.set(keyOf(book, reference), book)
    },
    landed: learnTrust,
    forget(name, book, seq) {
      if (books.get(name) !== book) return
      books.delete(name)
      if (seq !== undefined) forgotten.set(name, seq)
    },
    blame,
  }
}
