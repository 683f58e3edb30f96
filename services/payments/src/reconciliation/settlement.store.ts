import type { Mode, Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { SettlementLine } from '../processors/settling.ts'
import type { Theirs } from './match.ts'

export const findSettledUntil = async (sql: Sql, mode: Mode): Promise<Date | undefined> =>
  first(await sql<{ settled_until: Date }>`select settled_until from payments.settlement_progress where mode = ${mode}`)
    ?.settled_until

export const saveSettledUntil = (sql: Sql, mode: Mode, until: Date) => sql`
  insert into payments.settlement_progress as p (mode, settled_until) values (${mode}, ${until})
  on conflict (mode) do update set settled_until = greatest(p.settled_until, excluded.settled_until)`

/** Lines that were read before are left as they are. Each belongs to whoever has its charge, which is older than any line. */
export const insertLines = (sql: Sql, mode: Mode, lines: readonly SettlementLine[], now: Date) => sql`
  insert into payments.settlement_lines (
    mode, id, merchant, kind, subject, charge, processor_id, amount, currency, fee, settled_at, received_at)
  select ${mode}, l.id, c.merchant, l.kind, l.subject, l.charge, l.processor_id, l.amount, l.currency, l.fee, l.settled_at,
    ${now}
  from unnest(
    ${lines.map(({ id }) => id)}::text[], ${lines.map(({ kind }) => kind)}::text[],
    ${lines.map(({ subject }) => subject)}::text[], ${lines.map(({ charge }) => charge)}::text[],
    ${lines.map(({ processorId }) => processorId)}::text[], ${lines.map(({ amount }) => amount)}::numeric[],
    ${lines.map(({ currency }) => currency)}::text[], ${lines.map(({ fee }) => fee)}::numeric[],
    ${lines.map(({ settledAt }) => settledAt)}::timestamptz[])
    as l (id, kind, subject, charge, processor_id, amount, currency, fee, settled_at)
  left join payments.charges c on c.id = l.charge and c.mode = ${mode}
  on conflict (mode, id) do nothing`

/** From which charge on, and up to which, by the order of their ids; null: to the end. */
export interface ChargeRange {
  readonly from: string
  readonly until: string | null
}

/** Where a page goes on: behind an item of a charge. */
export interface Place {
  readonly charge: string
  readonly id: string
}

export const findLines = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { range, after, limit }: { range: ChargeRange; after: Place | undefined; limit: number },
) => sql<Theirs>`
  select l.id, l.kind, l.subject, l.charge, l.processor_id, l.amount, l.currency, l.settled_at,
    case
      when l.kind = 'charge' then (
        select case when c.status = 'succeeded' and not c.captured then 'authorised' else c.status end
        from payments.charges c where c.merchant = l.merchant and c.mode = l.mode and c.id = l.subject)
      when l.kind in ('refund', 'refund_failure') then (
        select r.status from payments.refunds r
        where r.merchant = l.merchant and r.mode = l.mode and r.id = l.subject)
      else (
        select d.status from payments.disputes d
        where d.merchant = l.merchant and d.mode = l.mode and d.processor_id = l.subject)
    end as standing
  from payments.settlement_lines l
  where l.merchant = ${merchant} and l.mode = ${mode}
    and l.charge >= ${range.from} and (${range.until}::text is null or l.charge < ${range.until})
    and (l.charge, l.id) > (${after?.charge ?? ''}, ${after?.id ?? ''})
  order by l.charge, l.id
  limit ${limit}`

const countedMax = 10_000

/** Lines of charges that nobody here has, counted up to 10,000. */
export const countLinesOfNobody = async (sql: Sql): Promise<number> =>
  Number(
    first(
      await sql<{ count: bigint }>`
      select count(*) as count from (
        select from payments.settlement_lines where merchant is null limit ${countedMax}) as lines`,
    )?.count ?? 0,
  )
