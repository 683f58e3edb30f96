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

  test('what an operator decided counts, whatever the configuration says', async () => {
    const { principal } = await auth.enter('decider@example.com')
    await database.owner.sql`update auth.users set operator = true where id = ${principal.user}`
    const operator = { ...principal, operator: true } as const
    const decide = (open: boolean) =>
      auth.call('POST', '/auth/operator/registration', { principal: operator, body: { open } })
    const closed = await startAuth({ db: database.db, clock, config: await testConfig({ registrationOpen: false }) })
    const state = (server: TestAuth) => server.call('GET', '/auth/operator/registration', { principal: operator })
    expect([(await state(auth)).body, (await state(closed)).body]).toEqual([
      { object: 'registration', open: true, decided_by: 'configuration' },
      { object: 'registration', open: false, decided_by: 'configuration' },
    ])
    expect((await decide(false)).body).toEqual({ object: 'registration', open: false, decided_by: 'operator' })
    expect((await auth.register('stranger@example.com')).code).toBe('registration_closed')
    expect((await decide(true)).status).toBe(200)
    expect((await closed.register('welcome@example.com')).status).toBe(201)
    await closed.stop()
  })
})

describe('an invitation', () => {
  let hosts = 0
  const operator = async () => {
    const { principal } = await auth.enter(`host${++hosts}@example.com`)
    await database.owner.sql`update auth.users set operator = true where id = ${principal.user}`
    return { ...principal, operator: true } as const
  }
  const invite = async (email: string) =>
    auth.call<{ token: string; email: string; expires: number }>('POST', '/auth/operator/invitations', {
      principal: await operator(),
      body: { email },
    })
  const closed = async () =>
    startAuth({ db: database.db, clock, config: await testConfig({ registrationOpen: false }) })
  const take = (server: TestAuth, email: string, invitation: string) =>
    server.call('POST', '/auth/register', { body: { email, password, invitation } })

  test('lets its email register where registration is closed, in any spelling, and once', async () => {
    const server = await closed()
    const { status, body } = await invite(' Guest@example.com')
    expect([status, body.email]).toEqual([201, 'guest@example.com'])
    expect(body.token).toMatch(/^inv_[0-9a-f]{64}$/)
    const answers = await Promise.all(Array.from({ length: 5 }, () => take(server, 'GUEST@example.com', body.token)))
    expect(answers.map(({ status: each }) => each).toSorted()).toEqual([201, 403, 403, 403, 403])
    await server.stop()
  })

  test('opens nothing for another email, after a newer one, or after a week', async () => {
    const server = await closed()
    const older = (await invite('slow@example.com')).body.token
    const newer = (await invite('slow@example.com')).body.token
    for (const [email, token] of [
      ['other@example.com', newer],
      ['slow@example.com', older],
      ['slow@example.com', 'inv_'],
    ] as const)
      expect((await take(server, email, token)).code).toBe('invitation_invalid')
    clock.advance(7 * 24 * 60 * 60 * 1000)
    expect((await take(server, 'slow@example.com', newer)).code).toBe('invitation_invalid')
    expect(await count(database, 'slow@example.com')).toBe(0)
    await server.stop()
  })

  test('is not given to somebody who has an account, and survives a registration that fails', async () => {
    await auth.register('here@example.com')
    expect((await invite('here@example.com')).code).toBe('email_taken')
    const { token } = (await invite('retry@example.com')).body
    const short = await auth.call('POST', '/auth/register', {
      body: { email: 'retry@example.com', password: 'short', invitation: token },
    })
    expect(short.status).toBe(400)
    expect((await take(auth, 'retry@example.com', token)).status).toBe(201)
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

test('the running service cannot change an email or remove a user', async () => {
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
