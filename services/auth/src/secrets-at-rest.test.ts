import { fakeClock, testDatabase } from '@micro/testing'
import { expect, test } from 'vitest'
import { refreshTokenHash } from './logins/refresh-token.ts'
import { argon2Hasher } from './passwords/hasher.ts'
import { password, startAuth } from './testing/harness.ts'

const tables = [
  'installation',
  'users',
  'merchants',
  'login_sessions',
  'refresh_tokens',
  'api_keys',
  'login_attempts',
  'audit_log',
  'invitations',
]

test('neither the whole database nor the log holds a password, an API key, a token or a tried email in clear', async () => {
  await using database = await testDatabase('auth')
  const auth = await startAuth({ db: database.db, clock: fakeClock(), hasher: argon2Hasher })
  const { principal, tokens } = await auth.enter('dev@example.com')
  const next = (await auth.refresh(tokens.refresh_token)).body
  const key = await auth.createKey(principal, { environment: 'live' })
  await auth.logIn('someone.else@example.com', 'their password')
  await auth.verify(key.key)
  const invited = await auth.call<{ token: string }>('POST', '/auth/operator/invitations', {
    principal,
    body: { email: 'guest@example.com' },
  })
  await auth.call('POST', '/auth/password', {
    principal,
    body: { current_password: password, new_password: 'correct horse' },
  })
  await auth.stop()

  const rows = await dump(database.owner.sql)
  expect(rows).toContain('$argon2id$')
  expect(rows).toContain(principal.session)
  expect(rows).toContain(refreshTokenHash(next.refresh_token).toString('hex'))
  const secrets = [
    password,
    'correct horse',
    'their password',
    'someone.else',
    tokens.refresh_token,
    next.refresh_token,
    tokens.token,
    key.key,
    invited.body.token,
    auth.config.peppers.current.secret.toString('hex'),
    auth.config.jwtKeys.current.d,
  ]
  for (const secret of secrets) {
    // Binary columns are dumped in hex.
    for (const form of [secret, Buffer.from(secret).toString('hex'), secret.replace(/^(rt_|inv_|sk_live_)/, '')]) {
      expect(rows).not.toContain(form)
      expect(auth.logged.join('\n')).not.toContain(form)
    }
  }
  // Nor any piece of a key long enough to be of help; the last four characters are shown on purpose.
  for (let at = 'sk_live_'.length; at + 8 <= key.key.length; at++) expect(rows).not.toContain(key.key.slice(at, at + 8))
})

const dump = async (sql: Awaited<ReturnType<typeof testDatabase>>['owner']['sql']) => {
  const parts = await Promise.all(
    tables.map(
      (table) => sql<{ text: string }>`
    select query_to_xml(format('select one::text as row from auth.%I one', ${table}::text), true, false, '')::text as text`,
    ),
  )
  return parts
    .flat()
    .map(({ text }) => text)
    .join('\n')
}
