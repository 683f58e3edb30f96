import { provisionReader, provisionService, startEmbeddedPostgres, withClient } from '@micro/postgres'
import { temporaryDirectory } from '@micro/testing'
import { expect, test } from 'vitest'
import { composeWorld } from './remote.ts'

/** Everything the making of roles decides, as anybody who may connect can read it. */
const decided = {
  roles: `select rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin, rolconnlimit, rolconfig
    from pg_roles where rolname !~ '^pg_' order by rolname collate "C"`,
  databases: `select d.datname, r.rolname as owner, (select array_agg(g::text order by g::text collate "C") from unnest(d.datacl) g) as grants
    from pg_database d join pg_roles r on r.oid = d.datdba where d.datname <> 'template0' order by 1`,
  settings: `select d.datname, r.rolname, s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    join pg_roles r on r.oid = s.setrole order by 1, 2`,
  functions: `select proname, proacl::text from pg_proc where proname in ('lo_creat', 'lo_create', 'lo_from_bytea') or proname ~ 'advisory'
    order by oid`,
  schemas: `select n.nspname, r.rolname as owner, has_schema_privilege('user', n.oid, 'create') as reader_creates
    from pg_namespace n join pg_roles r on r.oid = n.nspowner where n.nspname in ('auth', 'public') order by 1`,
} as const

const read = (url: string) =>
  withClient({ url, applicationName: 'roles test' }, async (client) => {
    const found: Record<string, unknown> = {}
    for (const [what, query] of Object.entries(decided)) found[what] = (await client.query(query)).rows
    return found
  })

test('the script of the database containers makes the roles that the all-in-one process makes', async () => {
  await using directory = await temporaryDirectory()
  const postgres = await startEmbeddedPostgres({ directory: directory.path, durable: false })
  try {
    const { superuserUrl } = postgres
    const auth = { service: 'auth', database: 'microservices' }
    await provisionService({ superuserUrl, ...auth, passwords: { owner: 'owner', app: 'app' } })
    await provisionReader({ superuserUrl, databases: [auth] })
    const reader = new URL(superuserUrl(auth.database))
    reader.username = 'user'
    reader.password = 'password'
    expect(await read((await composeWorld()).databases.auth)).toEqual(await read(reader.href))
  } finally {
    await postgres.stop()
  }
}, 300_000)
