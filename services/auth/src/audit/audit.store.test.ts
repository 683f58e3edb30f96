/** What the database itself refuses of the audit log, whoever asks. */
import { createDatabase, SQLSTATE, sqlState, type Database, type Sql } from '@micro/postgres'
import { testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgetAuditLog, insertAuditEntry } from './audit.store.ts'

let database: TestDatabase
let superuser: Database
const restrictViolation = '23001'

const entry = (id: string) => ({
  id: `aud_${id}`,
  action: 'login.failed' as const,
  outcome: 'failure' as const,
  actor_kind: 'nobody' as const,
  actor: null,
  subject: null,
  merchant: null,
  mode: null,
  client_ip: null,
  request_id: null,
  detail: {},
  created_at: new Date(0),
})

beforeAll(async () => {
  database = await testDatabase('auth')
  superuser = createDatabase({ url: database.superuserUrl, applicationName: 'auth test' })
  await insertAuditEntry(database.db.sql, entry('young'))
})
afterAll(async () => {
  await superuser.close()
  await database.close()
})

const stateOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => {
      const state = sqlState(error)
      if (state === undefined) throw error
      return state
    },
  )
const asReplica = (work: (sql: Sql) => Promise<unknown>) =>
  superuser.transaction(async (sql) => {
    await sql`set local session_replication_role = replica`
    await work(sql)
  })
const ids = async (): Promise<string[]> =>
  (await database.db.sql<{ id: string }>`select id from auth.audit_log order by id`).map(({ id }) => id)

const changes: Record<string, (sql: Sql) => Promise<unknown>> = {
  update: (sql) => sql`update auth.audit_log set outcome = 'success'`,
  'update of nothing': (sql) => sql`update auth.audit_log set outcome = 'success' where false`,
  'update of its age': (sql) => sql`update auth.audit_log set recorded_at = '2001-01-01'`,
  upsert: (sql) => sql`
    insert into auth.audit_log select * from auth.audit_log on conflict (id) do update set outcome = 'success'`,
  merge: (sql) => sql`
    merge into auth.audit_log a using auth.audit_log b on a.id = b.id when matched then update set outcome = 'success'`,
  delete: (sql) => sql`delete from auth.audit_log`,
  'delete by merge': (sql) => sql`
    merge into auth.audit_log a using auth.audit_log b on a.id = b.id when matched then delete`,
  truncate: (sql) => sql`truncate auth.audit_log`,
}

describe('what was recorded does not change', () => {
  for (const [name, change] of Object.entries(changes)) {
    test(`${name}: the service has no right to`, async () =>
      expect(await stateOf(change(database.db.sql))).toBe(SQLSTATE.insufficientPrivilege))
    test(`${name}: the owner is refused`, async () =>
      expect(await stateOf(change(database.owner.sql))).toBe(restrictViolation))
    test(`${name}: a superuser that plays the replica is refused`, async () =>
      expect(await stateOf(asReplica(change))).toBe(restrictViolation))
  }
  test('nor did any of these attempts', async () => expect(await ids()).toEqual(['aud_young']))
})

describe('the service cannot get around it', () => {
  for (const [name, work] of Object.entries({
    'disable the triggers': (sql) => sql`alter table auth.audit_log disable trigger all`,
    'drop a trigger': (sql) => sql`drop trigger refuse_change on auth.audit_log`,
    'shorten the keeping': (sql) => sql`
      create or replace function auth.audit_log_kept() returns interval language sql return interval '0'`,
    'record something as older than it is': (sql) => sql`
      insert into auth.audit_log (id, action, outcome, actor_kind, detail, created_at, recorded_at)
      values ('aud_backdated', 'login.failed', 'failure', 'nobody', '{}', now(), '2001-01-01')`,
  } satisfies Record<string, (sql: Sql) => Promise<unknown>>))
    test(name, async () => expect(await stateOf(work(database.db.sql))).toBe(SQLSTATE.insufficientPrivilege))
})

describe('the log is kept for 13 months', () => {
  const record = (id: string, age: string) => database.owner.sql`
    insert into auth.audit_log (id, action, outcome, actor_kind, detail, created_at, recorded_at)
    values (${`aud_${id}`}, 'login.failed', 'failure', 'nobody', '{}', now(), now() - ${age}::interval)`

  test('what is older leaves, what is younger stays, whenever the service says it happened', async () => {
    await record('older', '13 months 1 hour')
    await record('year', '12 months 27 days')
    expect(await forgetAuditLog(database.db.sql)).toBe(1)
    expect(await ids()).toEqual(['aud_year', 'aud_young'])
  })

  test('old rows do not take young ones with them', async () => {
    await record('older', '14 months')
    expect(await stateOf(database.owner.sql`delete from auth.audit_log`)).toBe(restrictViolation)
    expect(await ids()).toContain('aud_older')
  })

  test('a batch is bounded', async () => {
    await database.owner.sql`
      insert into auth.audit_log (id, action, outcome, actor_kind, detail, created_at, recorded_at)
      select 'aud_many' || n, 'login.failed', 'failure', 'nobody', '{}', now(), now() - interval '2 years'
      from generate_series(1, 1500) n`
    expect(await forgetAuditLog(database.db.sql)).toBe(1000)
    expect(await forgetAuditLog(database.db.sql)).toBe(501)
    expect(await ids()).toEqual(['aud_year', 'aud_young'])
  })
})
