import { fakeClock, testDatabase } from '@micro/testing'
import { expect, test } from 'vitest'
import { cleanUp } from './cleanup.ts'
import { startAuth } from './testing/harness.ts'

const day = 24 * 60 * 60 * 1000

test('invitations nobody took up and the oldest of the audit log are deleted', async () => {
  await using database = await testDatabase('auth')
  const clock = fakeClock()
  const auth = await startAuth({ db: database.db, clock })
  const { principal } = await auth.enter('operator@example.com')
  const body = { email: 'guest@example.com' }
  await auth.call('POST', '/auth/operator/invitations', { principal, body })
  await database.owner.sql`
    insert into auth.audit_log (id, action, outcome, actor_kind, detail, created_at, recorded_at)
    values ('aud_old', 'login.failed', 'failure', 'nobody', '{}', now(), now() - interval '14 months')`
  const count = async () => {
    const [row] = await database.db.sql<{ invitations: bigint; old: bigint; young: bigint }>`
      select (select count(*) from auth.invitations) as invitations,
             count(*) filter (where id = 'aud_old') as old, count(*) filter (where id <> 'aud_old') as young
      from auth.audit_log`
    return [row?.invitations, row?.old, row?.young].map(Number)
  }
  expect(await count()).toEqual([1, 1, 3])
  await cleanUp({ db: database.db, clock })
  expect(await count()).toEqual([1, 0, 3])
  clock.advance(7 * day + 1)
  await cleanUp({ db: database.db, clock })
  expect(await count()).toEqual([0, 0, 3])
  await auth.stop()
})

test('what has expired is deleted, and what is alive or explains a recent end stays', async () => {
  await using database = await testDatabase('auth')
  const clock = fakeClock()
  const auth = await startAuth({ db: database.db, clock })
  const count = async () => {
    const [row] = await database.db.sql<{ sessions: bigint; tokens: bigint; attempts: bigint }>`
      select (select count(*) from auth.login_sessions) as sessions, (select count(*) from auth.refresh_tokens) as tokens,
             (select count(*) from auth.login_attempts) as attempts`
    return [row?.sessions, row?.tokens, row?.attempts].map(Number)
  }
  const { tokens, principal } = await auth.enter('a@example.com')
  await auth.refresh(tokens.refresh_token)
  await auth.call('POST', '/auth/logout', { principal })
  const living = (await auth.logIn('a@example.com')).body
  await auth.logIn('a@example.com', 'wrong')
  expect(await count()).toEqual([2, 3, 1])

  expect(await cleanUp({ db: database.db, clock })).toBe(false)
  expect(await count()).toEqual([2, 3, 1])
  clock.advance(day + 1)
  await cleanUp({ db: database.db, clock })
  expect(await count()).toEqual([2, 3, 0])
  clock.advance(6 * day)
  await cleanUp({ db: database.db, clock })
  expect(await count()).toEqual([1, 1, 0])
  expect((await auth.refresh(living.refresh_token)).status).toBe(200)
  clock.advance(30 * day + 1)
  await cleanUp({ db: database.db, clock })
  expect(await count()).toEqual([0, 0, 0])
  await auth.stop()
})
