import type { ledgerApi, OutboxEvent } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { outboxToWire, type Handlers, type Logger } from '@micro/service'
import { cutStretches, deleteRows, listHeads, listRows, listStretches, type Head, type Told } from './outbox.store.ts'
import { dueOf, nextOf, type Due } from './page.ts'
import { positionOf, readPositions } from './position.ts'
import { eventsOf, type Telling } from './telling.ts'
import { loadHoldPoints, loadOwned, type HoldPoint, type Owned, type Place } from './told.store.ts'

const rowsAtOnce = 50

const keyOf = ({ lane, book, seq }: Place): string => `${lane}/${book}/${seq}`
const parentOf = ({ lane, book, parent }: Head): Place[] => (parent === null ? [] : [{ lane, book, seq: parent }])
const holdOf = (head: Head): HoldPoint[] =>
  head.kind === 'reversal' ? [] : parentOf(head).map((place) => ({ ...place, at: head.seq }))

/** Answers with what the ledger has to tell, and forgets what was taken. */
export const outboxHandlers = ({
  db,
  log,
}: {
  db: Database
  log: Logger
}): Pick<Handlers<typeof ledgerApi>, 'pullOutbox' | 'acknowledgeOutbox'> => {
  /** Lost with the server, it is fetched again, and known by its ids: nobody waits for the disk. */
  const forget = ({ rows, told }: { rows: readonly bigint[]; told: readonly Told[] }): Promise<number> =>
    db.transaction(async (sql) => (await deleteRows(sql, rows)) + (await cutStretches(sql, told)), { durable: false })

  const tellings = async (heads: readonly Head[]): Promise<(head: Head) => Telling | undefined> => {
    const places = new Map(heads.flatMap((head) => [head, ...parentOf(head)]).map((place) => [keyOf(place), place]))
    const [owned, holds] = await Promise.all([
      loadOwned(db.sql, [...places.values()]),
      loadHoldPoints(db.sql, heads.flatMap(holdOf)),
    ])
    const found = new Map(owned.map((each): [string, Owned] => [keyOf(each), each]))
    const held = new Map(holds.map((each) => [`${keyOf(each)}/${each.at}`, each]))
    return (head) => {
      const own = found.get(keyOf(head))
      const [parent] = parentOf(head).map((place) => found.get(keyOf(place)))
      const [hold] = parentOf(head).map((place) => held.get(`${keyOf(place)}/${head.seq}`))
      return own && { ...own, parent: parent?.transaction, hold }
    }
  }

  /** One that cannot be told is put aside by whoever fetches it, and holds up no other. */
  const unreadable = (head: Head, position: string, error: unknown): OutboxEvent => {
    log.error({ err: error, lane: head.lane, book: head.book, seq: head.seq }, 'ledger.untellable')
    const object = { lane: head.lane, book: String(head.book), seq: String(head.seq), reason: String(error) }
    const empty = { merchant: '', mode: 'test', created: 0, request_id: null, idempotency_key: null } as const
    return { ...empty, position, event_id: `untellable_${head.stretch}`, type: 'untellable', object }
  }

  const eventsOfHead = (head: Head, through: bigint, telling: (head: Head) => Telling | undefined): OutboxEvent[] => {
    const position = positionOf(head.stretch, through)
    try {
      const found = telling(head)
      if (found === undefined) throw new Error('its book is not there')
      return eventsOf(found, position)
    } catch (error) {
      return [unreadable(head, position, error)]
    }
  }

  const headsOf = (due: readonly Due[]): Head[] => due.flatMap((each) => ('head' in each ? [each.head] : []))

  return {
    async pullOutbox({ query: { limit = 500 } }) {
      // As of one moment, so that what became of an account is not told before the account.
      const [rows, stretches] = await db.transaction(
        (sql) => Promise.all([listRows(sql, rowsAtOnce), listStretches(sql.andCommit, limit)]),
        { isolation: 'repeatable read' },
      )
      if (rows.length === 0 && stretches.length === 0) return { events: [] }
      const next = nextOf({ rows, stretches }, { limit, rowsMax: rowsAtOnce })
      const heads = await listHeads(
        db.sql,
        next.items.flatMap((item) => ('stretch' in item ? [item.stretch] : [])),
      )
      const due = dueOf(next.items, heads)
      if (due.nothing.length > 0) await forget({ rows: [], told: due.nothing })
      const telling = await tellings(headsOf(due.items))
      const events = due.items.flatMap((each) =>
        'row' in each ? [outboxToWire(each.row)] : eventsOfHead(each.head, each.through, telling),
      )
      return { events, has_more: next.more || due.more }
    },
    acknowledgeOutbox: async ({ body }) => ({ acknowledged: await forget(readPositions(body.positions)) }),
  }
}
