import { quoteIdentifier, sqlState, withClient, type Sql } from '@micro/postgres'

/** What every login may do to the server itself; the superuser of the cluster is nobody's login. */
export const rolesIn = (sql: Sql) => sql<{ line: string }>`
  select concat_ws(' ', 'role', r.rolname,
           case when r.rolsuper then 'superuser' end, case when r.rolcreatedb then 'createdb' end,
           case when r.rolcreaterole then 'createrole' end, case when r.rolreplication then 'replication' end,
           case when r.rolbypassrls then 'bypassrls' end, case when r.rolcanlogin then 'login' end,
           case when r.rolconnlimit >= 0 then 'connections ' || r.rolconnlimit end,
           (select 'member of ' || string_agg(g.rolname, ', ' order by g.rolname)
            from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid),
           (select 'set ' || string_agg(setting, ', ' order by setting) from unnest(r.rolconfig) setting)) as line
  from pg_roles r where r.rolname !~ '^pg_' order by r.rolname`

/** Who may connect to this database, and what everybody but a schema's own service may do in it. */
export const grantsIn = (sql: Sql) => sql<{ line: string }>`
  with logins as (select rolname from pg_roles where rolname !~ '^pg_' and not rolsuper),
  tables as (
    select c.oid, n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm') and n.nspname !~ '^(pg_|information_schema)')
  select line from (
    select 0 as place, '' as name, concat_ws(' ', 'database', current_database() || ':', rolname,
      case when has_database_privilege(rolname, current_database(), 'connect') then 'connect' end,
      case when has_database_privilege(rolname, current_database(), 'create') then 'create' end,
      case when has_database_privilege(rolname, current_database(), 'temporary') then 'temporary' end) as line
    from logins where has_database_privilege(rolname, current_database(), 'connect, create, temporary')
    union all
    select 1, t.name, concat_ws(' ', 'table', t.schema || '.' || t.name || ':', l.rolname,
      case when has_table_privilege(l.rolname, t.oid, 'select') then 'select'
           when has_any_column_privilege(l.rolname, t.oid, 'select') then 'select (' || (
             select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a
             where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
               and has_column_privilege(l.rolname, t.oid, a.attnum, 'select')) || ')' end,
      case when has_any_column_privilege(l.rolname, t.oid, 'insert') then 'insert' end,
      case when has_any_column_privilege(l.rolname, t.oid, 'update') then 'update' end,
      case when has_table_privilege(l.rolname, t.oid, 'delete') then 'delete' end,
      case when has_table_privilege(l.rolname, t.oid, 'truncate') then 'truncate' end)
    from tables t cross join logins l
    where l.rolname not in (t.schema || '_owner')
      and (has_any_column_privilege(l.rolname, t.oid, 'select, insert, update')
        or has_table_privilege(l.rolname, t.oid, 'delete, truncate'))
  ) lines order by place, line collate "C"`

/** Runs a statement as the login that the service of this database runs as; resolves with what it ended in. */
export const outcomeForService = (url: string, statement: string): Promise<string> =>
  withClient({ url, applicationName: 'grants' }, async (client) => {
    const { rows } = await client.query<{ role: string }>(
      "select rolname as role from pg_roles where rolname ~ '_app$' and has_database_privilege(rolname, current_database(), 'connect')",
    )
    await client.query(`set session authorization ${quoteIdentifier(rows[0]?.role ?? 'nobody')}`)
    return client.query(statement).then(
      () => 'allowed',
      (error: unknown) => sqlState(error) ?? 'unknown',
    )
  })

/** Everything that people who look into this database can read of its tables, as text. */
export const everythingShown = (url: string): Promise<string> =>
  withClient({ url, applicationName: 'grants' }, async (client) => {
    await client.query(`set session authorization ${quoteIdentifier('user')}`)
    const { rows: readable } = await client.query<{ table: string; columns: string }>(
      `select format('%I.%I', n.nspname, c.relname) as table, string_agg(quote_ident(a.attname), ', ') as columns
       from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
       where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema)' and a.attnum > 0
         and not a.attisdropped and has_column_privilege(c.oid, a.attnum, 'select')
       group by n.nspname, c.relname`,
    )
    const texts: string[] = []
    for (const { table, columns } of readable)
      texts.push(JSON.stringify((await client.query(`select row(${columns})::text as row from ${table}`)).rows))
    return texts.join('\n')
  })
