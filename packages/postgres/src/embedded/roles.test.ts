import { randomBytes } from 'node:crypto'
import { scratchDatabase, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, migrate, provisionReader, provisionService, withClient, type Database } from '../index.ts'

const service = `svc_${randomBytes(4).toString('hex')}`
const person = `person_${randomBytes(4).toString('hex')}`
const opened: Database[] = []
let superuserUrl: (database: string) => string
let ownerUrl: string
let owner: Database
let app: Database
/** Of migrations: there are none. */
let folder: TemporaryDirectory

const open = (url: string) => {
  const database = createDatabase({ url, applicationName: 'roles test', poolSize: 2 })
  opened.push(database)
  return database
}

const asPerson = () => {
  const url = new URL(superuserUrl(service))
  url.username = person
  url.password = 'password'
  return open(url.href)
}

const provision = () =>
  provisionService({ superuserUrl, service, database: service, passwords: { owner: 'o', app: 'a' } })

const openTo = async (hidden: string[]) => {
  await provisionReader({ superuserUrl, user: person, databases: [{ service, database: service }] })
  await migrate({ url: ownerUrl, schema: service, directory: folder.path, reader: { role: person, hidden } })
}

beforeAll(async () => {
  const scratch = await scratchDatabase()
  superuserUrl = (database) => {
    const url = new URL(scratch.superuserUrl)
    url.pathname = `/${database}`
    return url.href
  }
  await scratch.close()
  folder = await temporaryDirectory()
  const urls = await provision()
  ownerUrl = urls.ownerUrl
  ;[owner, app] = [open(urls.ownerUrl), open(urls.appUrl)]
  for (const table of ['users', 'secrets', 'notes'])
    await owner.sql(Object.assign([`create table ${service}.${table} (id int, hash text)`], { raw: [] }))
})
afterAll(async () => {
  await Promise.all([...opened.map((database) => database.close()), folder.remove()])
  await withClient({ url: superuserUrl('postgres'), applicationName: 'clean up' }, async (client) => {
    await client.query(`drop database ${service} with (force)`)
    for (const role of [`${service}_owner`, `${service}_app`, person]) await client.query(`drop role ${role}`)
  })
})

const raw = (database: Database, text: string) => database.sql(Object.assign([text], { raw: [] }))
const read = (what: string) => raw(asPerson(), `select ${what} `)

test('provisioning again changes nothing that works', async () => {
  await provision()
  await expect(raw(owner, `select * from ${service}.users`)).resolves.toEqual([])
})

test('nobody but the roles of a service may connect to its database', async () => {
  const rows = await owner.sql`select coalesce(r.rolname, 'public') as grantee from pg_database d
    cross join lateral aclexplode(d.datacl) g left join pg_roles r on r.oid = g.grantee
    where d.datname = current_database() and g.privilege_type = 'CONNECT' order by 1`
  expect(rows).toEqual([{ grantee: `${service}_app` }, { grantee: `${service}_owner` }])
})

test('the app role creates nothing, anywhere', async () => {
  for (const place of [service, 'public', 'pg_temp'])
    await expect(raw(app, `create table ${place}.mine (id int)`)).rejects.toThrow('permission denied')
})

test('no role of ours puts large objects on the disk', async () => {
  for (const call of ['lo_creat(-1)', 'lo_create(0)', "lo_from_bytea(0, 'x')"])
    await expect(raw(app, `select ${call}`)).rejects.toThrow('permission denied')
})

test('a person has no business in the databases of no service, and cannot take every connection', async () => {
  await openTo([])
  for (const database of ['postgres', 'template1']) {
    const url = new URL(superuserUrl(database))
    url.username = person
    url.password = 'password'
    await expect(raw(open(url.href), 'select 1')).rejects.toThrow('permission denied for database')
  }
  const rows = await owner.sql`select rolconnlimit from pg_roles where rolname = ${person}`
  expect(rows).toEqual([{ rolconnlimit: 40 }])
})

test('a person cannot hold up a service by the locks it waits for', async () => {
  await openTo([])
  for (const call of ['pg_advisory_lock(1)', 'pg_advisory_xact_lock(1)', 'pg_try_advisory_lock_shared(1, 2)'])
    await expect(read(call)).rejects.toThrow('permission denied')
  for (const database of [owner, app])
    await expect(raw(database, `select pg_advisory_lock(1), pg_advisory_unlock(1)`)).resolves.toHaveLength(1)
})

test('a person sees what is not hidden, and nothing that comes later', async () => {
  await openTo(['secrets', 'users.hash'])
  await expect(read(`id from ${service}.users`)).resolves.toEqual([])
  await expect(read(`hash from ${service}.notes`)).resolves.toEqual([])
  await expect(read(`hash from ${service}.users`)).rejects.toThrow('permission denied')
  await expect(read(`id from ${service}.secrets`)).rejects.toThrow('permission denied')
  await raw(owner, `create table ${service}.later (id int)`)
  await expect(read(`id from ${service}.later`)).rejects.toThrow('permission denied')
})

test('where nothing is hidden, a person sees future tables too', async () => {
  await openTo([])
  await raw(owner, `create table ${service}.future (id int)`)
  await expect(read(`hash from ${service}.users`)).resolves.toEqual([])
  await expect(read(`id from ${service}.future`)).resolves.toEqual([])
})

test('a person names tables without their schema', async () => {
  await openTo([])
  await expect(read('id from users')).resolves.toEqual([])
})

test('hiding something later takes back what was visible', async () => {
  await openTo([])
  await openTo(['secrets'])
  await expect(read(`id from ${service}.secrets`)).rejects.toThrow('permission denied')
})

test('a person writes nothing, even after asking for a writing session', async () => {
  await openTo([])
  await expect(raw(asPerson(), `insert into ${service}.notes values (1)`)).rejects.toThrow('read-only transaction')
  const work = asPerson().transaction(async (sql) => {
    await sql`set transaction read write`
    await sql(Object.assign([`insert into ${service}.notes values (1)`], { raw: [] }))
  })
  await expect(work).rejects.toThrow('permission denied')
})

test('where nobody has the login, there is nobody to show a schema to', async () => {
  const reader = { role: `nobody_${randomBytes(4).toString('hex')}`, hidden: [] }
  await expect(migrate({ url: ownerUrl, schema: service, directory: folder.path, reader })).resolves.toEqual({
    applied: [],
  })
})

test('several processes that show a schema at once do not disturb each other', async () => {
  await openTo([])
  await Promise.all(
    Array.from({ length: 4 }, () =>
      migrate({
        url: ownerUrl,
        schema: service,
        directory: folder.path,
        reader: { role: person, hidden: ['secrets'] },
      }),
    ),
  )
  await expect(read(`id from ${service}.notes`)).resolves.toEqual([])
  await expect(read(`id from ${service}.secrets`)).rejects.toThrow('permission denied')
})
