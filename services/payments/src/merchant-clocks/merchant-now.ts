import type { Tenant } from '@micro/contracts'
import { addMs, type Clock } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { findAhead } from './merchant-clock.store.ts'

/** As merchantTime.now, within a database transaction, which must not wait for a second connection. */
export const merchantNow = async (sql: Sql, tenant: Tenant, clock: Clock): Promise<Date> =>
  tenant.mode === 'live' ? clock.now() : addMs(clock.now(), (await findAhead(sql, tenant)) * 1_000)
