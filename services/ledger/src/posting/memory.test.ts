import { describe, expect, test } from 'vitest'
import { createMemory, type Memory } from './memory.ts'
import { createRecent } from './recent.ts'
import type { AccountState, BookState } from './state.ts'

describe('what was used last', () => {
  test('is kept, and never more than the bound', () => {
    const recent = createRecent<number, string>(100)
    for (let at = 0; at < 1_000; at++) {
      recent.set(at, String(at))
      expect(recent.size()).toBeLessThanOrEqual(100)
    }
    for (let at = 951; at < 1_000; at++) expect(recent.get(at)).toBe(String(at))
    expect(recent.get(0)).toBeUndefined()
  })

  test('stays as long as it is asked for', () => {
    const recent = createRecent<string, number>(10)
    recent.set('asked', 1)
    for (let at = 0; at < 100; at++) {
      recent.set(`other ${at}`, at)
      expect(recent.get('asked')).toBe(1)
    }
  })

  test('is gone once it is deleted, from wherever it lies', () => {
    const recent = createRecent<string, number>(10)
    for (const key of ['old', 'b', 'c', 'd', 'e']) recent.set(key, 1)
    recent.delete('old')
    expect(recent.get('old')).toBeUndefined()
  })

  test('has its latest value', () => {
    const recent = createRecent<string, number>(6)
    for (const [key, value] of [
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['a', 2],
    ] as const)
      recent.set(key, value)
    expect(recent.get('a')).toBe(2)
  })
})

const account: AccountState = {
  account: 1n,
  currency: 'usd',
  type: 'asset',
  status: 'active',
  minAvailable: null,
  maxBalance: null,
  credits: 0n,
  debits: 0n,
  pendingCredits: 0n,
  pendingDebits: 0n,
  version: 0n,
}
const place = { lane: 1, id: 1n }
const at = (seqLast: bigint, accounts: [string, AccountState][] = []): BookState => ({
  book: 1n,
  seqLast,
  recordedLast: null,
  closedBefore: null,
  hashLast: Buffer.alloc(32),
  accounts: new Map(accounts),
  recorded: new Map(),
  parents: new Map(),
})
const bookOf = (memory: Memory) => {
  const book = memory.book('book')
  if (book === undefined) throw new Error('expected the book to be remembered')
  return book
}

describe('a book', () => {
  test('is remembered with its accounts as a flight left it', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(3n, [['a', account]]))
    const book = bookOf(memory)
    expect(book.head.seqLast).toBe(3n)
    expect(memory.account(book, 'a')).toBe(account)
    expect(memory.account(book, 'b')).toBeUndefined()
  })

  test('takes its accounts along when it is forgotten', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(3n, [['a', account]]))
    memory.forget('book', bookOf(memory), 3n)
    for (let seq = 3n; memory.book('book') === undefined; seq++) memory.left('book', place, seq, at(seq + 1n))
    expect(memory.account(bookOf(memory), 'a')).toBeUndefined()
  })

  test('keeps its accounts when a flight finds it where it was left', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(3n, [['a', account]]))
    memory.left('book', place, 3n, at(4n))
    expect(memory.account(bookOf(memory), 'a')).toBe(account)
  })

  /** How many flights must find the book where it was left. */
  const looksUntilTrusted = (memory: Memory, from: bigint): number => {
    let looks = 0
    for (let seq = from; memory.book('book') === undefined; seq++, looks++)
      memory.left('book', place, seq, at(seq + 1n))
    return looks
  }

  test('that others moved is not trusted until it was found where it was left some times', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(3n))
    memory.left('book', place, 5n, at(6n))
    expect(looksUntilTrusted(memory, 6n)).toBe(4)
  })

  test('that disappoints again and again is trusted later and later, up to a bound', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(1n))
    const looks: number[] = []
    for (let round = 0; round < 9; round++) {
      memory.forget('book', bookOf(memory), 1n)
      memory.blame('book')
      memory.blame('book')
      looks.push(looksUntilTrusted(memory, 1n))
    }
    expect(looks).toEqual([4, 8, 16, 32, 64, 128, 256, 256, 256])
  })

  test('is not forgotten for the failure of an older memory of it', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(1n))
    const older = bookOf(memory)
    memory.forget('book', older, 1n)
    looksUntilTrusted(memory, 1n)
    memory.forget('book', older, 1n)
    expect(memory.book('book')).toBeDefined()
  })

  test('that was on a flight which did not land for the sake of another is looked at once', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(1n))
    memory.forget('book', bookOf(memory), 1n)
    expect(looksUntilTrusted(memory, 1n)).toBe(1)
  })

  test('that was on it and is found elsewhere is not trusted, unless the flight may have landed', () => {
    const memory = createMemory()
    memory.left('book', place, 0n, at(1n))
    memory.forget('book', bookOf(memory), undefined)
    expect(looksUntilTrusted(memory, 2n)).toBe(1)
    memory.forget('book', bookOf(memory), 3n)
    expect(looksUntilTrusted(memory, 7n)).toBe(5)
  })

  test('bounds hold for books, accounts and references', () => {
    const memory = createMemory({ booksMax: 10, accountsMax: 10, referencesMax: 10 })
    for (let n = 0; n < 100; n++) memory.left(`book ${n}`, { lane: 1, id: BigInt(n) }, 0n, at(1n, [['a', account]]))
    const known = Array.from({ length: 100 }, (_, n) => memory.book(`book ${n}`)).filter((each) => each !== undefined)
    expect(known.length).toBeLessThanOrEqual(10)
    const [book] = known.slice(-1)
    if (book === undefined) throw new Error('expected the last book to be remembered')
    for (let n = 0; n < 100; n++) {
      memory.learnAccounts(book, [[`a${n}`, account]])
      memory.learnRecorded(book, `r${n}`)
    }
    const names = Array.from({ length: 100 }, (_, n) => n)
    expect(names.filter((n) => memory.account(book, `a${n}`)).length).toBeLessThanOrEqual(10)
    expect(names.filter((n) => memory.recorded(book, `r${n}`)).length).toBeLessThanOrEqual(10)
    expect(memory.recorded(book, 'r99')).toBe(true)
  })
})
