import { setTimeout as delay } from 'node:timers/promises'
import { createIds, Fault, systemClock } from '@micro/kernel'
import { createDatabase, type Sql } from '@micro/postgres'
import { unwatched } from '@micro/testing'
import { expect } from 'vitest'
import { insertAccount } from '../../services/ledger/src/accounts/account.store.ts'
import type { Limits } from '../../services/ledger/src/accounts/account.ts'
import { insertBook } from '../../services/ledger/src/books/book.store.ts'
import { createPosting, type Posting, type PostRequest } from '../../services/ledger/src/posting/index.ts'
import { verifyLedger } from '../../services/ledger/src/verify/verify.work.ts'

export const book = { merchant: 'acct_chaos', mode: 'test' } as const

export interface Engines {
  readonly all: readonly Posting[]
  close(): Promise<void>
}

/** Posting engines as several processes have them, each with connections of its own, on one database. */
export const startEngines = (url: string, count: number): Engines => {
  const databases = Array.from({ length: count }, () => createDatabase({ url, poolSize: 3, applicationName: 'chaos' }))
  const newId = createIds({ clock: systemClock })
  return {
    all: databases.map((db) => createPosting({ db, clock: systemClock, newId, ...unwatched() })),
    close: async () => void (await Promise.all(databases.map((db) => db.close()))),
  }
}

export const openAccounts = async (sql: Sql, accounts: Readonly<Record<string, Partial<Limits>>>): Promise<void> => {
  const now = systemClock.now()
  await insertBook(sql, book, now)
  for (const [id, limits] of Object.entries(accounts)) {
    const rest = { type: 'liability', currency: 'usd', assetScale: null, metadata: {} } as const
    await insertAccount(sql, book, { id, name: id, ...rest, minAvailable: null, maxBalance: null, ...limits }, now)
  }
}

export const transfer = (
  reference: string,
  { from, to, amount }: { from: string; to: string; amount: bigint },
): PostRequest => ({
  book,
  reference,
  description: null,
  metadata: {},
  entries: [
    { account: from, amount: -amount },
    { account: to, amount },
  ],
})

/** What became of a request in the end: the id it is recorded by, or why it was refused. */
export type Told = { readonly id: string } | { readonly refused: string }

/** Asks one engine after another until the answer is one that stays. */
export const askUntilTold = async ({ all }: Engines, request: PostRequest, from = 0): Promise<Told> => {
  for (let tries = from; ; tries++) {
    try {
      const { transaction } = await all[tries % all.length]!.post(request)
      return { id: transaction.id }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (!error.spec.retryable) return { refused: error.code }
      // As long as a client would wait at the least: whatever is gone comes back meanwhile.
      await delay(20)
    }
  }
}

/** All that was acknowledged is stored, once and under the id that was told, nothing else is, and all of it hangs together. */
export const expectAllOf = async (url: string, told: ReadonlyMap<string, Told>): Promise<void> => {
  const db = createDatabase({ url, poolSize: 1, applicationName: 'chaos verification' })
  const rows = await db.sql<{ reference_id: string; id: string }>`select reference_id, id from ledger.transactions`
  const acknowledged = [...told].flatMap(([reference, each]) => ('id' in each ? [`${reference} ${each.id}`] : []))
  expect(rows.map(({ reference_id: reference, id }) => `${reference} ${id}`).toSorted()).toEqual(
    acknowledged.toSorted(),
  )
  expect((await verifyLedger(db)).findings).toEqual([])
  await db.close()
}
