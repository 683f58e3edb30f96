import type { deadLettersApi } from '@micro/contracts'
import { Fault, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { cutPage, findCursor, parsePage, type Handlers, type Logger, type AuditWork } from '@micro/service'
import { isRefusal } from '../ingest/ingest.events.ts'
import { selectKnown } from '../ingest/ingest.store.ts'
import { sortOut, withoutKnown, type Arrival } from '../ingest/ingest.ts'
import type { StoreArrival } from '../ingest/store-arrival.ts'
import { deadLetterToWire, numberOf, rowIn, type DeadLetterRow } from './dead-letter.ts'
import {
  findDeadLetter,
  lockDeadLetter,
  markRedriven,
  newerDeadLetters,
  olderDeadLetters,
} from './dead-letter.store.ts'

const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'dead_letter', id, param: 'id' })

const byId = async (sql: Sql, id: string): Promise<DeadLetterRow | undefined> => {
  const number = numberOf(id)
  return number === undefined ? undefined : findDeadLetter(sql, number)
}

/** What could not become an event, for whoever runs the installation: to see why, and to try again. */
export const deadLetterHandlers = (deps: {
  db: Database
  clock: Clock
  log: Logger
  storeArrival: StoreArrival
  audit: Pick<AuditWork<'events'>, 'note'>
}): Handlers<typeof deadLettersApi> => {
  const { db, clock, log, storeArrival, audit } = deps

  /** @throws Fault dead_letter_refused */
  const arrivalIn = async (sql: Sql, { source, content }: { source: string; content: string }): Promise<Arrival> => {
    const row = rowIn(content)
    if (row === undefined) throw new Fault('dead_letter_refused', { reason: 'it is no JSON object' })
    const { arrivals, dead } = sortOut([row])
    const known = await selectKnown(
      sql,
      arrivals.map(({ id }) => id),
    )
    const { fresh, dead: taken } = withoutKnown(source, arrivals, known)
    const [arrival] = fresh
    if (arrival !== undefined) return arrival
    const reason = dead[0]?.reason ?? taken[0]?.reason ?? 'it is an event already'
    throw new Fault('dead_letter_refused', { reason })
  }

  return {
    async listDeadLetters({ query }) {
      const page = parsePage(query)
      const found = await findCursor(page, 'dead_letter', (id) => byId(db.sql, id))
      const list = page.direction === 'newer' ? newerDeadLetters : olderDeadLetters
      const asked = { source: query.source ?? null, place: found?.number ?? null, limit: page.fetch }
      const { rows, hasMore } = cutPage(await list(db.sql, asked), page)
      return {
        object: 'list',
        url: '/events/operator/dead_letters',
        has_more: hasMore,
        data: rows.map(deadLetterToWire),
      }
    },

    async redriveDeadLetter(call) {
      const { principal, params } = call
      const number = numberOf(params.id)
      if (number === undefined) throw missing(params.id)
      const redrive = async (): Promise<{ letter: DeadLetterRow; announce?: () => void }> =>
        db.transaction(async (sql) => {
          const letter = await lockDeadLetter(sql, number)
          if (letter === undefined) throw missing(params.id)
          if (letter.redriven_at !== null) return { letter }
          const arrival = await arrivalIn(sql, letter)
          const now = clock.now()
          await markRedriven(sql, { number, now })
          const detail = { event: letter.event_id, source: letter.source }
          await audit.note(sql, call, { action: 'dead_letter.redriven', subject: params.id, detail, tenant: null })
          return { letter: { ...letter, redriven_at: now }, announce: await storeArrival(sql, letter.source, arrival) }
        })
      const { letter, announce } = await redrive().catch((error: unknown) => {
        // As when it was put aside: what PostgreSQL will not have, it will not have now.
        if (!isRefusal(error)) throw error
        const reason = `the database refused it: ${(error as Error).message}`
        throw new Fault('dead_letter_refused', { reason }, { cause: error })
      })
      announce?.()
      if (announce !== undefined)
        log.info({ dead_letter: params.id, event: letter.event_id, user: principal.user }, 'dead_letter.redriven')
      return deadLetterToWire(letter)
    },
  }
}
