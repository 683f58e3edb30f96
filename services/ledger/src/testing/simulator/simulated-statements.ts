import { assert } from '@micro/kernel'
import { laneOf } from '../../books/lane.ts'
import { referenceKeyOf } from '../../books/reference-key.ts'
import type { BookKey } from '../../books/book.ts'
import { sortPlaces } from '../../posting/posting.store.ts'
import {
  remainingOf,
  type Row,
  type SimulatedBook,
  type SimulatedEntry,
  type SimulatedTransaction,
} from './simulated-books.ts'

/** What a statement comes to: rows, locks that it takes first, or rows that are to be written. */
export type Statement =
  | { readonly kind: 'read'; readonly rows: (books: readonly SimulatedBook[]) => Row[] }
  | {
      readonly kind: 'lock'
      readonly books: readonly bigint[]
      readonly rows: (books: readonly SimulatedBook[]) => Row[]
    }
  | {
      readonly kind: 'write'
      readonly standings: readonly Standing[]
      readonly writes: ReadonlyMap<bigint, readonly SimulatedTransaction[]>
    }

/** Where a book must stand for a write to be let in. */
export interface Standing {
  readonly book: bigint
  readonly seq: bigint
}

type Lists = readonly (readonly unknown[])[]

const isBook =
  (merchant: unknown, mode: unknown) =>
  (book: SimulatedBook): boolean =>
    book.merchant === merchant && book.mode === mode

const findBooks = ([, merchants = [], modes = []]: Lists): Statement => ({
  kind: 'read',
  rows: (books) =>
    merchants.flatMap((merchant, at) => books.filter(isBook(merchant, modes[at])).map((book) => ({ ...book }))),
})

const headOf = ({ lane, id, transactions, closedBefore }: SimulatedBook): Row => {
  const last = transactions.at(-1)?.row
  return {
    lane,
    id,
    last_seq: BigInt(transactions.length),
    last_recorded_at: last?.['created_at'] ?? null,
    head_hash: last?.['hash'] ?? null,
    closed_before: closedBefore,
  }
}

const lockBooks = ([lanes = [], ids = []]: Lists): Statement => ({
  kind: 'lock',
  books: sortPlaces(ids.map((id, at) => ({ lane: lanes[at] as number, id: id as bigint }))).map(({ id }) => id),
  rows: (books) => books.filter(({ id }) => ids.includes(id)).map(headOf),
})

const loadAccounts = ([, merchants = [], modes = [], names = []]: Lists): Statement => ({
  kind: 'read',
  rows: (books) =>
    names.flatMap((name, at) => {
      const book = books.find(isBook(merchants[at], modes[at]))
      const account = book?.accounts.find((each) => each.name === name)
      if (book === undefined || account === undefined) return []
      const { id, currency, type, status, min, max, sums, version } = account
      return [
        {
          ...{ id, merchant: book.merchant, mode: book.mode, public_id: name, currency, type, status, version },
          ...{ min_available: min, max_balance: max, posted_credits: sums.credits, posted_debits: sums.debits },
          ...{ pending_credits: sums.pendingCredits, pending_debits: sums.pendingDebits },
        },
      ]
    }),
})

const findReferences = ([keys = []]: Lists): Statement => ({
  kind: 'read',
  rows: (books) =>
    books.flatMap(({ id, transactions }) =>
      transactions
        .filter(({ reference }) => (keys as Buffer[]).some((key) => key.equals(referenceKeyOf(id, reference))))
        .map(({ seq }) => ({ book: id, seq })),
    ),
})

const wholeOf = (book: SimulatedBook, { row, seq, parent, entries }: SimulatedTransaction): Row => {
  const accounts = entries.map((entry) => book.accounts.find(({ id }) => id === entry.account))
  return {
    ...row,
    mode: book.mode,
    parent_id: book.transactions.find((each) => each.seq === parent)?.id ?? null,
    reversed_by: book.transactions.find((each) => each.parent === seq && each.kind === 'reversal')?.id ?? null,
    accounts: accounts.map((account) => account?.name),
    currencies: accounts.map((account) => account?.currency),
    normal_balances: accounts.map((account) => account?.side),
    amounts: entries.map(({ amount }) => amount),
    nets_after: entries.map(({ balance_after: net }) => net),
    layers: entries.map(({ layer }) => layer),
  }
}

const loadTransactions = ([lane, merchant, mode, seqs]: readonly unknown[]): Statement => ({
  kind: 'read',
  rows: (books) => {
    const book = books.find(isBook(merchant, mode))
    assert(book === undefined || laneOf(book as BookKey) === lane, 'a book is asked for by its lane')
    const at = seqs as bigint[]
    return book === undefined
      ? []
      : at.flatMap((seq) => book.transactions.filter((each) => each.seq === seq).map((each) => wholeOf(book, each)))
  },
})

const endings: Readonly<Record<string, string>> = { capture: 'captured', release: 'released', expire: 'expired' }

const followingOf = (book: SimulatedBook, parent: SimulatedTransaction): Row => {
  const followers = book.transactions.filter((each) => each.parent === parent.seq)
  const common = {
    book: book.id,
    seq: parent.seq,
    captures: followers.filter(({ kind }) => kind === 'capture').length,
    reversed_by: followers.find(({ kind }) => kind === 'reversal')?.id ?? null,
  }
  if (parent.kind !== 'hold') return { ...common, status: null, accounts: null, remaining: null }
  const left = remainingOf(book, parent)
  const isOver = [...left.values()].every((amount) => amount === 0n)
  return {
    ...common,
    status: isOver ? endings[followers.at(-1)?.kind ?? ''] : 'open',
    accounts: [...left.keys()].map((account) => book.accounts.find(({ id }) => id === account)?.name),
    remaining: [...left.values()],
  }
}

const loadFollowing = ([, ids = [], seqs = []]: Lists): Statement => ({
  kind: 'read',
  rows: (books) =>
    ids.flatMap((id, at) => {
      const book = books.find((each) => each.id === id)
      const parent = book?.transactions.find(({ seq }) => seq === seqs[at])
      return book === undefined || parent === undefined ? [] : [followingOf(book, parent)]
    }),
})

const columnsRead = new Map<string, readonly string[]>()

const columnsOf = (text: string, table: string): readonly string[] => {
  const read = columnsRead.get(`${table} ${text}`)
  if (read !== undefined) return read
  const [, columns] = new RegExp(`insert into ledger\\.${table}\\s*\\(([^)]+)\\)`).exec(text) ?? []
  assert(columns !== undefined, `the statement writes ${table}`)
  const names = columns.split(',').map((name) => name.trim())
  columnsRead.set(`${table} ${text}`, names)
  return names
}

/** Lists of columns, as `unnest` takes them, turned into rows. */
const rowsOf = (columns: readonly string[], lists: Lists): Row[] =>
  (lists[0] ?? []).map((_, at) => Object.fromEntries(columns.map((name, nth) => [name, lists[nth]?.[at]])))

const writeTransactions = (text: string, given: Lists): Statement => {
  const [, books = [], seqs = []] = text.includes('ledger.hold_books(') ? given : []
  const standings = books.map((book, at) => ({ book: book as bigint, seq: seqs[at] as bigint }))
  const lists = text.includes('ledger.hold_books(') ? given.slice(3) : given
  const columns = columnsOf(text, 'transactions')
  const transactions = rowsOf(columns, lists)
  // What is to be told of them moves nothing.
  const before = columns.length + columnsOf(text, 'stretches').length
  const entries = rowsOf(columnsOf(text, 'entries'), lists.slice(before))
  const writes = new Map<bigint, SimulatedTransaction[]>()
  for (const row of transactions) {
    const book = row['book'] as bigint
    const own = entries.filter((entry) => entry['book'] === book && entry['seq'] === row['seq'])
    assert(own.length === row['entry_count'], 'a transaction is written with all of its entries')
    const written = {
      row,
      seq: row['seq'] as bigint,
      id: row['id'] as string,
      reference: row['reference_id'] as string,
      kind: row['kind'] as string,
      parent: row['parent'] as bigint | null,
      entries: own as unknown as SimulatedEntry[],
    }
    writes.set(book, [...(writes.get(book) ?? []), written])
  }
  return { kind: 'write', standings, writes }
}

/** Each by words that are in it and in no other. */
const known: readonly (readonly [words: RegExp, read: (values: readonly unknown[], text: string) => Statement])[] = [
  [/from ledger\.lock_books\(/, (values) => lockBooks(values as Lists)],
  [/join ledger\.accounts a\s+on a\.lane = asked\.lane/, (values) => loadAccounts(values as Lists)],
  [/select book, seq from ledger\.transactions where reference_key = any/, (values) => findReferences(values as Lists)],
  [/from ledger\.holds h where h\.lane = asked\.lane/, (values) => loadFollowing(values as Lists)],
  [/order by array_position\(/, loadTransactions],
  [/insert into ledger\.entries/, (values, text) => writeTransactions(text, values as Lists)],
  [/select b\.id, b\.merchant, b\.mode\s+from unnest/, (values) => findBooks(values as Lists)],
]

type Understood = (values: readonly unknown[]) => Statement
const understood = new WeakMap<TemplateStringsArray, Understood>()

/** What the ledger's statement means. One that is not known here is one that the simulator has to be taught. */
export const understand = (strings: TemplateStringsArray, values: readonly unknown[]): Statement => {
  const before = understood.get(strings)
  if (before !== undefined) return before(values)
  const text = strings.join('?')
  const found = known.find(([words]) => words.test(text))
  assert(found !== undefined, `the simulator knows no statement like: ${text}`)
  const meaning: Understood = (each) => found[1](each, text)
  understood.set(strings, meaning)
  return meaning(values)
}
