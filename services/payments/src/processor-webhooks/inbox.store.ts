import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'
import type { TellEvent } from './webhook.ts'

/** An event that is to be asked about, as its row has it. */
export interface InboxEvent extends TellEvent, Tenant {
  readonly processor: string
  readonly received_at: Date
  readonly attempts: number
}

/** Told again it is kept once. */
export const insertEvent = (
  sql: Sql,
  { merchant, mode, processor, id, type, object, received_at }: Omit<InboxEvent, 'attempts'>,
) => sql`
  insert into payments.processor_events (processor, id, merchant, mode, type, object, received_at, due_at)
  values (${processor}, ${id}, ${merchant}, ${mode}, ${type}, ${object}, ${received_at}, ${received_at})
  on conflict (processor, id) do nothing`

/** Whether so much of what a processor told waits that no more is taken. */
export const isInboxFull = async (
  sql: Sql,
  { merchant, mode, processor }: Pick<InboxEvent, 'merchant' | 'mode' | 'processor'>,
  eventsMax: number,
): Promise<boolean> =>
  (
    await sql`
      select from payments.processor_events
      where merchant = ${merchant} and mode = ${mode} and processor = ${processor} and due_at is not null
      offset ${eventsMax - 1}
      limit 1`
  ).length > 0

/** The worker's work, of all merchants, tenant by tenant: what was told and not asked about yet. Takes it until `until`. */
export const takeDueEvents = takeTurns<InboxEvent>({
  table: 'payments.processor_events',
  key: 'processor, id',
  waits: 'due_at is not null',
  time: 'due_at',
  also: 'attempts = attempts + 1',
})

export type InboxOutcome = 'heard' | 'ignored' | 'given_up'

export const saveWorked = (
  sql: Sql,
  { merchant, mode, processor, id }: InboxEvent,
  { outcome, now }: { outcome: InboxOutcome; now: Date },
) => sql`
  update payments.processor_events set due_at = null, worked_at = ${now}, outcome = ${outcome}
  where merchant = ${merchant} and mode = ${mode} and processor = ${processor} and id = ${id} and worked_at is null`

export const deferEvent = (sql: Sql, { merchant, mode, processor, id }: InboxEvent, after: Date) => sql`
  update payments.processor_events set due_at = ${after}
  where merchant = ${merchant} and mode = ${mode} and processor = ${processor} and id = ${id} and worked_at is null`

const deletedMax = 1_000

/** How many were forgotten; the processor tells of none of them again by then. */
export const deleteEventsBefore = async (sql: Sql, before: Date): Promise<number> =>
  (
    await sql`
      delete from payments.processor_events where (processor, id) in (
        select processor, id from payments.processor_events where worked_at < ${before} limit ${deletedMax})
      returning id`
  ).length
