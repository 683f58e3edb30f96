import type { Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'

/** An authorisation to give back at the processor. */
export interface DueVoid extends Tenant {
  readonly charge: string
  readonly attempts: number
}

export const insertVoid = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { charge, now, dueAt }: { charge: string; now: Date; dueAt: Date },
) => sql`
  insert into payments.voids (charge, merchant, mode, due_at, created_at)
  values (${charge}, ${merchant}, ${mode}, ${dueAt}, ${now})`

/** The worker's, of all merchants, tenant by tenant. Takes them until `until`. */
export const takeDueVoids = takeTurns<DueVoid>({
  table: 'payments.voids',
  key: 'charge',
  waits: 'due_at is not null',
  time: 'due_at',
  returning: 'charge, merchant, mode, attempts',
})

export const saveVoided = (sql: Sql, { merchant, mode, charge }: DueVoid, now: Date) => sql`
  update payments.voids set due_at = null, done_at = ${now}
  where merchant = ${merchant} and mode = ${mode} and charge = ${charge} and done_at is null`

export const deferVoid = (sql: Sql, { merchant, mode, charge }: DueVoid, { after }: { after: Date }) => sql`
  update payments.voids set attempts = attempts + 1, due_at = ${after}
  where merchant = ${merchant} and mode = ${mode} and charge = ${charge} and done_at is null`
