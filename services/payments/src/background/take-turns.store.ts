import type { Sql } from '@micro/postgres'
import type { Turn } from './turns.ts'

/** Where items wait. All of it becomes text of the statement, so it is written in code and never asked for. */
interface Waiting {
  readonly table: string
  /** What names a row: columns, comma separated. */
  readonly key: string
  /** Which rows wait at all, as the table's index of them has it. */
  readonly waits: string
  /** From when on they are due; moved to the lease's end when they are taken. */
  readonly time: string
  /** What else is set then. */
  readonly also?: string
  readonly returning?: string
}

const textOf = ({ table, key, waits, time, also, returning = '*' }: Waiting): string => `
  with recursive tenants as (
    (select merchant, mode from ${table} where ${waits} and (merchant, mode) > (?, ?) order by merchant, mode limit 1)
    union all
    select following.merchant, following.mode
    from tenants cross join lateral (
      select d.merchant, d.mode from ${table} as d
      where ${waits} and (d.merchant, d.mode) > (tenants.merchant, tenants.mode)
      order by d.merchant, d.mode
      limit 1) as following
  ), turns as (
    select merchant, mode from tenants
    where (merchant || '/' || mode) collate "C" <> all (?::text[]) and exists (
      select from ${table} as d
      where d.merchant = tenants.merchant and d.mode = tenants.mode and ${waits} and ${time} <= ?)
    limit ?
  )
  update ${table} set ${[`${time} = ?`, ...(also === undefined ? [] : [also])].join(', ')}
  where (${key}) in (
    select due.* from turns cross join lateral (
      select ${key} from ${table} as d
      where d.merchant = turns.merchant and d.mode = turns.mode and ${waits} and ${time} <= ?
      order by ${time}
      -- Those whose turn it is share evenly.
      limit (select greatest(1, least(?::numeric, ceil(?::numeric / count(*)))) from turns)
      for update skip locked) as due
    limit ?)
  returning ${returning}`

/**
 * Takes of all merchants what is due and with nobody, until a time: tenant by tenant, so that however many items of one
 * wait, the others have their turn.
 */
export const takeTurns = <Row extends object>(waiting: Waiting) => {
  const pieces = textOf(waiting).split('?')
  const strings: TemplateStringsArray = Object.assign(pieces, { raw: pieces })
  return (sql: Sql, { now, until, limit, each, behind, full }: Turn & { now: Date; until: Date }): Promise<Row[]> =>
    sql<Row>(strings, behind.merchant, behind.mode, full, now, limit, until, now, each, limit, limit)
}
