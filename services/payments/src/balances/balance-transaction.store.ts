import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { ShownKind } from '../movements/kinds.ts'
import type { ShownMovement } from './balance-transaction.ts'

/** What a caller may narrow the list to; null where there is nothing to. */
export interface TransactionFilter {
  readonly kinds: readonly ShownKind[]
  readonly currency: string | null
  readonly source: string | null
}

export const findTransactions = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { ids, kinds }: { ids: readonly string[]; kinds: readonly ShownKind[] },
) => sql<ShownMovement>`
  select m.*, payments.processor_fee_of(m) as processor_fee from payments.movements m
  where merchant = ${merchant} and mode = ${mode} and id = any(${ids}) and kind = any(${kinds})`

export const findTransaction = async (
  sql: Sql,
  tenant: Tenant,
  { id, kinds }: { id: string; kinds: readonly ShownKind[] },
): Promise<ShownMovement | undefined> => first(await findTransactions(sql, tenant, { ids: [id], kinds }))

export const olderTransactions = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { kinds, currency, source }: TransactionFilter,
  { above, below, limit }: ListWindow,
) => sql<ShownMovement>`
  select m.*, payments.processor_fee_of(m) as processor_fee from payments.movements m
  where merchant = ${merchant} and mode = ${mode} and kind = any(${kinds})
    and (${currency}::text is null or currency = ${currency}) and (${source}::text is null or source = ${source})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerTransactions = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { kinds, currency, source }: TransactionFilter,
  { above, below, limit }: ListWindow,
) => sql<ShownMovement>`
  select m.*, payments.processor_fee_of(m) as processor_fee from payments.movements m
  where merchant = ${merchant} and mode = ${mode} and kind = any(${kinds})
    and (${currency}::text is null or currency = ${currency}) and (${source}::text is null or source = ${source})
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`
