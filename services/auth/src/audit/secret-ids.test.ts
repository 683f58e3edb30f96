import { eventually, fakeClock, seededIds, testDatabase } from '@micro/testing'
import { expect, test } from 'vitest'
import { startAuth, testConfig } from '../testing/harness.ts'
import { createAudit } from './record.ts'
import { secretChange } from './secret-ids.ts'
import { noticeSecrets } from './secret-watch.ts'

const ids = (peppers: string[], jwt_keys: string[]) => ({ peppers, jwt_keys })

for (const [name, before, now, want] of [
  ['the same secrets', ids(['a', 'b'], ['k']), ids(['b', 'a'], ['k']), undefined],
  ['a new pepper', ids(['a'], ['k']), ids(['b', 'a'], ['k']), { peppers_added: ['b'] }],
  ['a dropped JWT key', ids(['a'], ['k', 'l']), ids(['a'], ['k']), { jwt_keys_removed: ['l'] }],
] as const) {
  const none = { peppers_added: [], peppers_removed: [], jwt_keys_added: [], jwt_keys_removed: [] }
  test(`${name}: ${JSON.stringify(want ?? 'no change')}`, () =>
    expect(secretChange(before as never, now as never)).toEqual(want && { ...none, ...want }))
}

test('a rotation is recorded at the next start, once, and by one of several processes; a first start is none', async () => {
  await using database = await testDatabase('auth')
  const clock = fakeClock()
  const audit = createAudit({ clock, newId: seededIds(1, clock) })
  const first = await testConfig()
  const second = { ...(await testConfig()).peppers, previous: [first.peppers.current] }
  const start = (rings: Pick<typeof first, 'peppers' | 'jwtKeys'>) => noticeSecrets({ db: database.db, rings, audit })
  const recorded = () => database.db.sql<{ actor: string; detail: object; text: string }>`
    select actor, detail, a::text as text from auth.audit_log a where action = 'secret.rotated'`

  await start(first)
  await start(first)
  expect(await recorded()).toEqual([])
  const rings = { peppers: second, jwtKeys: first.jwtKeys }
  await Promise.all(Array.from({ length: 5 }, () => start(rings)))
  const rows = await recorded()
  expect(rows).toMatchObject([{ actor: 'auth', detail: { peppers_added: [second.current.id], peppers_removed: [] } }])
  expect(rows[0]?.text).not.toContain(second.current.secret.toString('hex'))
})

test('the running service notices by itself', async () => {
  await using database = await testDatabase('auth')
  const first = await testConfig()
  const { jwtKeys } = await testConfig()
  const runs = [first, { ...first, jwtKeys }]
  for (const config of runs) {
    const auth = await startAuth({ db: database.db, clock: fakeClock(), config })
    await auth.service.start()
    await eventually(async () => {
      const [row] = await database.db.sql<{ ids: { jwt_keys: string[] } | null }>`
        select secret_ids as ids from auth.installation`
      expect(row?.ids?.jwt_keys).toEqual([config.jwtKeys.current.kid])
    })
    await auth.stop()
  }
  const rows = await database.db.sql<{ detail: object }>`
    select detail from auth.audit_log where action = 'secret.rotated'`
  expect(rows).toMatchObject([
    { detail: { jwt_keys_added: [jwtKeys.current.kid], jwt_keys_removed: [first.jwtKeys.current.kid] } },
  ])
})
