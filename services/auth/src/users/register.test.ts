import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { password, spyHasher, startAuth, testConfig, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
const hasher = spyHasher()
let database: TestDatabase
let auth: TestAuth

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock, hasher })
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const count = async (db: TestDatabase, email: string) =>
  Number((await db.db.sql<{ n: bigint }>`select count(*) as n from auth.users where email = ${email}`)[0]?.n)

describe('201', () => {
  test('registering makes a user and the merchant they own', async () => {
    const { status, body } = await auth.register('dev@example.com')
    expect(status).toBe(201)
    expect(body).toMatchObject({ object: 'user', email: 'dev@example.com', created: 1767225600 })
    expect(body.id).toMatch(/^usr_/)
    expect(body.merchant).toMatch(/^acct_/)
    expect(JSON.stringify(body)).not.toContain('argon2')
  })

  test('an email is trimmed and lower-cased, and logging in forgives the same', async () => {
    const { body } = await auth.register('  Ada@Example.COM ')
    expect(body.email).toBe('ada@example.com')
    expect((await auth.logIn(' ADA@example.com')).status).toBe(200)
  })

  test('a password of 8 characters of any kind is enough, and one of 1,024 is hashed whole', async () => {
    expect((await auth.register('eight@example.com', '12345678')).status).toBe(201)
    const long = 'x'.repeat(1023)
    expect((await auth.register('long@example.com', `${long}a`)).status).toBe(201)
    expect((await auth.logIn('long@example.com', `${long}b`)).status).toBe(401)
    expect((await auth.logIn('long@example.com', `${long}a`)).status).toBe(200)
  })
})

describe('400', () => {
  for (const [name, body, param] of [
    ['a password of 7 characters', { email: 'a@b.c', password: '1234567' }, 'password'],
    ['a password of 1,025 characters', { email: 'a@b.c', password: 'x'.repeat(1025) }, 'password'],
    ['an email without @', { email: 'nobody', password }, 'email'],
    ['an email with a space in it', { email: 'no body@example.com', password }, 'email'],
    ['an email with NUL', { email: 'a\u0000@example.com', password }, 'email'],
    ['an email that is too long', { email: `${'x'.repeat(251)}@b.c`, password }, 'email'],
    ['no email', { password }, 'email'],
    ['a claim to be operator', { email: 'a@b.c', password, operator: true }, 'operator'],
  ] as const) {
    test(`${name} is refused`, async () => {
      const answer = await auth.call<{ error: { param: string } }>('POST', '/auth/register', { body })
      expect(answer.status).toBe(400)
      expect(answer.body.error.param).toBe(param)
    })
  }
})

describe('403', () => {
  test('nobody registers where registration is closed', async () => {
    const closed = await startAuth({ db: database.db, clock, config: await testConfig({ registrationOpen: false }) })
    expect((await closed.register('late@example.com')).code).toBe('registration_closed')
    expect(await count(database, 'late@example.com')).toBe(0)
    await closed.stop()
  })
})

describe('409', () => {
  test('a taken email is refused in any spelling, after hashing the password all the same', async () => {
    await auth.register('taken@example.com')
    const before = hasher.hashed.length
    const answer = await auth.register('TAKEN@example.com', 'another password')
    expect([answer.status, answer.code]).toEqual([409, 'email_taken'])
    expect(hasher.hashed.length).toBe(before + 1)
    expect((await auth.logIn('taken@example.com')).status).toBe(200)
  })

  test('twenty registrations of one email at once make exactly one user and one merchant', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => auth.register('race@example.com')))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'email_taken')).toHaveLength(19)
    expect(await count(database, 'race@example.com')).toBe(1)
    const [counts] = await database.db.sql<{ users: bigint; merchants: bigint }>`
      select (select count(*) from auth.users) as users, (select count(*) from auth.merchants) as merchants`
    expect(counts?.merchants).toBe(counts?.users)
  })
})

describe('the operator', () => {
  test('of twenty first registrations at once exactly one becomes the operator, and nobody later', async () => {
    await using fresh = await testDatabase('auth')
    const young = await startAuth({ db: fresh.db, clock })
    const first = await Promise.all(Array.from({ length: 20 }, (_, at) => young.register(`first${at}@example.com`)))
    expect(first.filter(({ body }) => body.operator)).toHaveLength(1)
    expect((await young.register('later@example.com')).body.operator).toBe(false)
    await young.stop()
  })

  test('a registration that fails does not use up the place of the operator', async () => {
    await using fresh = await testDatabase('auth')
    await fresh.owner.sql`
      insert into auth.users (id, email, password_hash, created_at, password_changed_at)
      values ('usr_1', 'taken@example.com', '$argon2id$', now(), now())`
    const young = await startAuth({ db: fresh.db, clock })
    expect((await young.register('taken@example.com')).status).toBe(409)
    expect((await young.register('first@example.com')).body.operator).toBe(true)
    await young.stop()
  })
})

test('the database refuses a second spelling of an email, even from the owner', async () => {
  const insert = (email: string) => database.owner.sql`
    insert into auth.users (id, email, password_hash, created_at, password_changed_at)
    values ('usr_x', ${email}, '$argon2id$', now(), now())`
  await expect(insert('Dev@example.com')).rejects.toThrow(/check constraint/)
  await expect(insert('dev@example.com')).rejects.toThrow(/unique constraint/)
})

test('the running service cannot make anybody operator or change an email', async () => {
  await expect(database.db.sql`update auth.users set operator = true`).rejects.toThrow(/permission denied/)
  await expect(database.db.sql`update auth.users set email = 'x@y.z'`).rejects.toThrow(/permission denied/)
  await expect(database.db.sql`delete from auth.users`).rejects.toThrow(/permission denied/)
})

test('no log line names an email or a password', () => {
  expect(auth.logged.join('\n')).toContain('user.registered')
  expect(auth.logged.join('\n')).not.toMatch(/@example|securepassword|argon2/)
})

test('the service is ready once its database is migrated, and not without it', async () => {
  await auth.service.ready()
  await using gone = await testDatabase('auth')
  await gone.owner.sql`drop table auth.installation`
  const broken = await startAuth({ db: gone.db, clock })
  await expect(broken.service.ready()).rejects.toThrow()
  await broken.stop()
})
