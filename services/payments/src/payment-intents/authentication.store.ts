import { first, type Sql } from '@micro/postgres'
import type { Intent } from './payment-intent.ts'

/** By the unguessable name of its page, which stands in for a key: whoever has it was sent there. */
export const findChallenged = async (sql: Sql, authentication: string): Promise<Intent | undefined> =>
  first(await sql<Intent>`select * from payments.payment_intents where authentication = ${authentication}`)

/** As findChallenged, under the lock every change of an intent begins with. */
export const lockChallenged = async (sql: Sql, authentication: string): Promise<Intent | undefined> =>
  first(await sql<Intent>`select * from payments.payment_intents where authentication = ${authentication} for update`)
