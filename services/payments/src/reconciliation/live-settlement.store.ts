import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { SettlementLine } from '../processors/settling.ts'

type OfProcessor = Tenant & { readonly processor: string }

/** Lines that were read before are left as they are. Each is of whoever has the processor, whatever charge it names. */
export const insertLiveLines = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { lines, now }: { lines: readonly SettlementLine[]; now: Date },
) => sql`
  insert into payments.settlement_lines (
    mode, id, merchant, kind, subject, charge, processor_id, amount, currency, fee, settled_at, received_at, fee_due)
  select ${mode}, l.id, ${merchant}, l.kind, l.subject, l.charge, l.processor_id, l.amount, l.currency, l.fee, l.settled_at,
    ${now}, coalesce(l.fee, 0) <> 0
  from unnest(
    ${lines.map(({ id }) => id)}::text[], ${lines.map(({ kind }) => kind)}::text[],
    ${lines.map(({ subject }) => subject)}::text[], ${lines.map(({ charge }) => charge)}::text[],
    ${lines.map(({ processorId }) => processorId)}::text[], ${lines.map(({ amount }) => amount)}::numeric[],
    ${lines.map(({ currency }) => currency)}::text[], ${lines.map(({ fee }) => fee)}::numeric[],
    ${lines.map(({ settledAt }) => settledAt)}::timestamptz[])
    as l (id, kind, subject, charge, processor_id, amount, currency, fee, settled_at)
  on conflict (mode, id) do nothing`

export const findLiveSettledUntil = async (
  sql: Sql,
  { merchant, mode, processor }: OfProcessor,
): Promise<Date | undefined> =>
  first(
    await sql<{ settled_until: Date }>`
    select settled_until from payments.processor_settlements
    where merchant = ${merchant} and mode = ${mode} and processor = ${processor}`,
  )?.settled_until

export const saveLiveSettledUntil = (sql: Sql, { merchant, mode, processor }: OfProcessor, until: Date) => sql`
  insert into payments.processor_settlements as p (processor, merchant, mode, settled_until)
  values (${processor}, ${merchant}, ${mode}, ${until})
  on conflict (processor) do update set settled_until = greatest(p.settled_until, excluded.settled_until)`
