import type { Tenant } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { savePosted } from './movement.store.ts'
import type { Movement } from './movement.ts'

/** That the ledger has a movement, and as which transaction. */
export interface PostedMark extends Tenant, Pick<Movement, 'id'> {
  readonly ledgerTransaction: string
}

/**
 * Notes what the ledger confirmed: what it confirms at once, or while a note is on its way, in one statement. Nobody waits
 * for the disk, since a note that is lost with the server is made again: the worker posts once more, which is a repeat.
 */
export const createPostedMarks = (db: Database): ((mark: PostedMark) => Promise<void>) => {
  let gathered: PostedMark[] = []
  let next: Promise<void> | undefined
  let onItsWay: Promise<unknown> = Promise.resolve()

  const write = async (before: Promise<unknown>): Promise<void> => {
    await before
    // The ledger answers all of a flight in one turn of the event loop.
    await new Promise(setImmediate)
    const marks = gathered
    gathered = []
    next = undefined
    await db.transaction((sql) => savePosted(sql.andCommit, marks), { durable: false })
  }

  return (mark) => {
    gathered.push(mark)
    if (next === undefined) {
      next = write(onItsWay)
      onItsWay = next.catch(() => {})
    }
    return next
  }
}
