import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { nameOf, type BookKey } from '../books/book.ts'
import { loadTransactions } from '../transactions/transaction.store.ts'
import type { StoredTransaction } from '../transactions/transaction.ts'
import { parentOf } from './action.ts'
import type { ParentState } from './parent.ts'
import { loadFollowing } from './parent.store.ts'
import type { PostRequest } from './posting.ts'
import type { BookPlace } from './posting.store.ts'

/** The transactions that requests name, by the name of their book. */
export type Parents = ReadonlyMap<string, readonly StoredTransaction[]>

/** Needs no locks: that they are there was seen by whoever asks, and they never change. */
export const loadParents = async (sql: Sql, requests: readonly PostRequest[]): Promise<Parents> => {
  const asked = new Map<string, { book: BookKey; seqs: Set<bigint> }>()
  for (const request of requests) {
    const parent = parentOf(request)
    if (parent === undefined) continue
    const name = nameOf(request.book)
    const ofBook = asked.get(name) ?? { book: request.book, seqs: new Set() }
    asked.set(name, ofBook)
    ofBook.seqs.add(parent.seq)
  }
  const loaded = [...asked].map(async ([name, { book, seqs }]) => {
    return [name, await loadTransactions(sql, book, [...seqs])] as const
  })
  return new Map(await Promise.all(loaded))
}

/** What has become of them, by book and id. To be asked under the books' locks. */
export const loadParentStates = async (
  sql: Sql,
  parents: Parents,
  places: ReadonlyMap<string, BookPlace>,
): Promise<ReadonlyMap<string, ReadonlyMap<string, ParentState>>> => {
  if (parents.size === 0) return new Map()
  const asked = [...parents].flatMap(([name, transactions]) => {
    const place = places.get(name)
    return place === undefined ? [] : transactions.map(({ seq }) => ({ ...place, seq }))
  })
  const following = new Map((await loadFollowing(sql, asked)).map((each) => [`${each.book} ${each.seq}`, each]))
  const stateOf = (transaction: StoredTransaction, book: bigint | undefined): ParentState => {
    const found = following.get(`${book} ${transaction.seq}`)
    assert(found !== undefined, `transaction ${transaction.id} has a book`)
    const { status, captures, reversed_by: reversedBy, accounts, remaining } = found
    const left = (accounts ?? []).map((account, at): [string, bigint] => [account, remaining?.[at] ?? 0n])
    return { transaction, status, captures, reversedBy, remaining: new Map(left) }
  }
  return new Map(
    [...parents].map(([name, transactions]) => [
      name,
      new Map(transactions.map((each) => [each.id, stateOf(each, places.get(name)?.id)])),
    ]),
  )
}
