import type { Sql } from '@micro/postgres'
import type { SettlementKind } from './settling.ts'

export interface SimulatedLine {
  readonly id: string
  readonly kind: SettlementKind
  readonly subject: string
  readonly charge: string
  readonly processor_id: string
  readonly amount: bigint
  readonly currency: string
  readonly settled_at: Date
}

/** Where to go on, and how far: strictly behind a place, and not beyond now. */
export interface SettlementPlace {
  readonly at: Date
  readonly id: string
  readonly now: Date
  readonly limit: number
}

// Each part of the book is read in its own order and to the limit only, so that a page costs the same wherever it lies.
export const findSettlement = (sql: Sql, { at, id, now, limit }: SettlementPlace) => sql<SimulatedLine>`
  select l.id, l.kind, l.subject, l.charge, l.processor_id, l.amount, l.currency, l.settled_at from (
    (select 'simln_charge_' || c.id as id, 'charge' as kind, c.id as subject, c.id as charge, c.processor_id, c.amount,
       c.currency, c.created_at as settled_at
     from payments.simulator_charges c
     where c.created_at between ${at} and ${now} and (c.created_at, 'simln_charge_' || c.id) > (${at}, ${id})
       and c.capture and c.outcome ->> 'kind' = 'succeeded'
       and not exists (select from payments.simulator_settlement_faults f where f.leaves_out = 'simln_charge_' || c.id)
     order by c.created_at, c.id limit ${limit})
    union all
    (select 'simln_charge_' || c.id, 'charge', c.id, c.id, c.processor_id, e.amount, c.currency, e.created_at
     from payments.simulator_endings e join payments.simulator_charges c on c.id = e.charge
     where e.created_at between ${at} and ${now} and (e.created_at, 'simln_charge_' || c.id) > (${at}, ${id})
       and e.kind = 'capture'
       and not exists (select from payments.simulator_settlement_faults f where f.leaves_out = 'simln_charge_' || c.id)
     order by e.created_at, e.charge limit ${limit})
    union all
    (select 'simln_refund_' || r.id, 'refund', r.id, r.charge, r.processor_id, -r.amount, r.currency, r.created_at
     from payments.simulator_refunds r
     where r.created_at between ${at} and ${now} and (r.created_at, 'simln_refund_' || r.id) > (${at}, ${id})
       and r.outcome ->> 'kind' <> 'failed'
       and not exists (select from payments.simulator_settlement_faults f where f.leaves_out = 'simln_refund_' || r.id)
     order by r.created_at, r.id limit ${limit})
    union all
    (select b.* from (
       select 'simln_back_' || r.id as id, 'refund_failure', r.id as subject, r.charge, r.processor_id, r.amount, r.currency,
         coalesce(r.canceled_at, case when r.later ->> 'kind' = 'failed' then r.later_at end) as settled_at
       from payments.simulator_refunds r
       where r.outcome ->> 'kind' <> 'failed'
         and not exists (select from payments.simulator_settlement_faults f where f.leaves_out = 'simln_back_' || r.id)) b
     where b.settled_at <= ${now} and (b.settled_at, b.id) > (${at}, ${id})
     order by b.settled_at, b.id limit ${limit})
    union all
    (select b.* from (
       select 'simln_dispute_' || d.id as id, 'dispute', d.id as subject, d.charge, d.id as processor_id,
         -coalesce(e.amount, c.amount), c.currency,
         d.created_at as settled_at
       from payments.simulator_disputes d join payments.simulator_charges c on c.id = d.charge
       left join payments.simulator_endings e on e.charge = c.id
       where not d.inquiry
         and not exists (select from payments.simulator_settlement_faults f where f.leaves_out = 'simln_dispute_' || d.id)
       union all
       select 'simln_won_' || d.id, 'dispute_reversal', d.id, d.charge, d.id, coalesce(e.amount, c.amount), c.currency,
         (select min(r.due_at) from payments.simulator_reports r
          where r.subject = d.id and r.report ->> 'kind' = 'dispute_decided')
       from payments.simulator_disputes d join payments.simulator_charges c on c.id = d.charge
       left join payments.simulator_endings e on e.charge = c.id
       where not d.inquiry and d.standing = 'won'
         and not exists (select from payments.simulator_settlement_faults f where f.leaves_out = 'simln_won_' || d.id)) b
     where b.settled_at <= ${now} and (b.settled_at, b.id) > (${at}, ${id})
     order by b.settled_at, b.id limit ${limit})
    union all
    (select f.adds ->> 'id', f.adds ->> 'kind', f.adds ->> 'subject', f.adds ->> 'charge', f.adds ->> 'processor_id',
       (f.adds ->> 'amount')::numeric, f.adds ->> 'currency', f.shown_at
     from payments.simulator_settlement_faults f
     where f.adds is not null and f.shown_at between ${at} and ${now} and (f.shown_at, (f.adds ->> 'id') collate "C") > (${at}, ${id})
     order by f.shown_at, (f.adds ->> 'id') collate "C" limit ${limit})
  ) l
  order by l.settled_at, l.id collate "C"
  limit ${limit}`

/** A line as the book has it, mistakes left aside; amounts as they would be told. */
export interface BookedLine extends Omit<SimulatedLine, 'settled_at'> {
  readonly settled_at: Date
}

export const findBookedLines = (sql: Sql, subject: string) => sql<BookedLine>`
  select 'simln_charge_' || c.id as id, 'charge' as kind, c.id as subject, c.id as charge, c.processor_id,
    coalesce(e.amount, c.amount) as amount, c.currency, coalesce(e.created_at, c.created_at) as settled_at
  from payments.simulator_charges c left join payments.simulator_endings e on e.charge = c.id and e.kind = 'capture'
  where c.id = ${subject} and c.outcome ->> 'kind' = 'succeeded'
  union all
  select 'simln_refund_' || r.id, 'refund', r.id, r.charge, r.processor_id, -r.amount, r.currency, r.created_at
  from payments.simulator_refunds r where r.id = ${subject}`

/** As JSON keeps a line that is told by mistake: the amount as text. */
export type AddedLine = Readonly<
  Record<'id' | 'kind' | 'subject' | 'charge' | 'processor_id' | 'amount' | 'currency', string>
>

export const insertSettlementFault = (
  sql: Sql,
  { leavesOut, adds, shownAt }: { leavesOut: string | null; adds: AddedLine | null; shownAt: Date },
) => sql`
  insert into payments.simulator_settlement_faults (leaves_out, adds, shown_at)
  values (${leavesOut}, ${adds}, ${shownAt})`
