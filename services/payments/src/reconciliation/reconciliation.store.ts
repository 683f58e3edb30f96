import type { Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'
import type { ListWindow } from '@micro/service'
import type { Reconciliation } from './reconciliation.ts'

/** Undefined when one is running already, of those asked for or of those made by themselves. */
export const insertReconciliation = async (
  sql: Sql,
  given: Pick<Reconciliation, 'id' | 'merchant' | 'mode' | 'automatic' | 'since' | 'until' | 'created_at'>,
): Promise<Reconciliation | undefined> =>
  first(
    await sql<Reconciliation>`
    insert into payments.reconciliations (
      id, merchant, mode, automatic, status, since, until, leased_until, created_at)
    values (${given.id}, ${given.merchant}, ${given.mode}, ${given.automatic}, 'running', ${given.since}, ${given.until},
            ${given.created_at}, ${given.created_at})
    on conflict (merchant, mode, automatic) where status = 'running' do nothing
    returning *`,
  )

export const findReconciliation = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  id: string,
): Promise<Reconciliation | undefined> =>
  first(
    await sql<Reconciliation>`
    select * from payments.reconciliations where merchant = ${merchant} and mode = ${mode} and id = ${id}`,
  )

export const olderReconciliations = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { above, below, limit }: ListWindow,
) => sql<Reconciliation>`
  select * from payments.reconciliations
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`

export const newerReconciliations = (
  sql: Sql,
  { merchant, mode }: Tenant,
  { above, below, limit }: ListWindow,
) => sql<Reconciliation>`
  select * from payments.reconciliations
  where merchant = ${merchant} and mode = ${mode}
    and (created_at, id) < (${below.at}::timestamptz, ${below.id})
    and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

/** The worker's work, of all merchants: one that nobody is at. */
export const takeReconciliation = async (
  sql: Sql,
  { now, until }: { now: Date; until: Date },
): Promise<Reconciliation | undefined> =>
  first(
    await sql<Reconciliation>`
    update payments.reconciliations set leased_until = ${until}, attempts = attempts + 1
    where id = (
      select id from payments.reconciliations
      where status = 'running' and leased_until <= ${now}
      order by leased_until, id
      limit 1
      for update skip locked)
    returning *`,
  )

export type Progress = Pick<Reconciliation, 'movements' | 'settlement_lines' | 'ledger_transactions'>

/** False when another process has taken it over. */
export const saveProgress = async (
  sql: Sql,
  { merchant, mode, id, attempts }: Reconciliation,
  { movements, settlement_lines, ledger_transactions }: Progress,
  until: Date,
): Promise<boolean> =>
  (
    await sql`
    update payments.reconciliations set
      movements = ${movements}, settlement_lines = ${settlement_lines}, ledger_transactions = ${ledger_transactions},
      leased_until = ${until}
    where merchant = ${merchant} and mode = ${mode} and id = ${id} and status = 'running' and attempts = ${attempts}
    returning id`
  ).length === 1

/** False when another process has taken it over. */
export const saveEnd = async (
  sql: Sql,
  run: Reconciliation,
  end: Pick<Reconciliation, 'status' | 'counts' | 'balances_compared'> & { now: Date },
): Promise<boolean> =>
  (
    await sql`
    update payments.reconciliations set
      status = ${end.status}, counts = ${end.counts}, balances_compared = ${end.balances_compared}, leased_until = null,
      finished_at = ${end.now}
    where merchant = ${run.merchant} and mode = ${run.mode} and id = ${run.id} and status = 'running'
      and attempts = ${run.attempts}
    returning id`
  ).length === 1

/**
 * The worker's work: whose books are to be compared by themselves. Those without news, of which the last comparison found
 * nothing at all, only once a day.
 */
export const findUncompared = (
  sql: Sql,
  { before, quietBefore, limit }: { before: Date; quietBefore: Date; limit: number },
) => sql<Tenant>`
  with recursive tenants as (
    (select merchant, mode from payments.movements order by merchant, mode limit 1)
    union all
    select n.merchant, n.mode from tenants t
    cross join lateral (
      select m.merchant, m.mode from payments.movements m
      where (m.merchant, m.mode) > (t.merchant, t.mode)
      order by m.merchant, m.mode
      limit 1) n)
  select t.merchant, t.mode from tenants t
  left join lateral (
    select r.id, r.status, r.counts, r.created_at from payments.reconciliations r
    where r.merchant = t.merchant and r.mode = t.mode and r.automatic
    order by r.created_at desc, r.id desc
    limit 1) last on true
  where last.id is null
    or (last.status <> 'running' and last.created_at <= ${before} and (
      last.created_at <= ${quietBefore} or last.status <> 'clean' or last.counts <> '{}'
      or last.created_at <= (
        select m.recorded_at from payments.movements m
        where m.merchant = t.merchant and m.mode = t.mode
        order by m.id desc
        limit 1)))
  limit ${limit}`
