import { createAuthSecrets, newTokenKey, publicTokenKey, readAuthSecrets, type AuthSecrets } from '@micro/signing'
import { expect, test } from 'vitest'
import { readAuthConfig, readAuthProcess } from './config.ts'

const now = new Date(0)

test('fresh secrets make a configuration with safe defaults', async () => {
  const config = readAuthConfig({}, createAuthSecrets(now))
  expect(config).toMatchObject({
    registrationOpen: false,
    accessTokenSeconds: 600,
    refreshTokenDays: 30,
    passwordHashConcurrency: 2,
  })
  expect(config.peppers.current.secret).toHaveLength(32)
  expect(Object.isFrozen(config)).toBe(true)
})

test('two installations share no secret', async () => {
  const [first, second] = [createAuthSecrets(now), createAuthSecrets(now)].map((secrets) => readAuthConfig({}, secrets))
  expect(first?.peppers.current.secret.equals(second?.peppers.current.secret ?? Buffer.alloc(0))).toBe(false)
  expect(first?.jwtKeys.current.d).not.toBe(second?.jwtKeys.current.d)
})

test('the environment may hold the secrets', async () => {
  const text = createAuthSecrets(now)
  expect(readAuthConfig({ MICRO_AUTH_SECRETS: text })).toEqual(readAuthConfig({}, text))
})

test('of several secrets the first is the current one', async () => {
  const [newer, older] = [readAuthSecrets(createAuthSecrets(now)), readAuthSecrets(createAuthSecrets(now))]
  const both: AuthSecrets = {
    peppers: [...newer.peppers, ...older.peppers],
    jwt_keys: [...newer.jwt_keys, ...older.jwt_keys],
  }
  const { peppers, jwtKeys } = readAuthConfig({}, JSON.stringify(both))
  expect([peppers.current.id, ...peppers.previous.map(({ id }) => id)]).toEqual(both.peppers.map(({ id }) => id))
  expect([jwtKeys.current, ...jwtKeys.previous].map(({ kid }) => kid)).toEqual(both.jwt_keys.map(({ kid }) => kid))
  const twice = { ...both, peppers: [...newer.peppers, ...newer.peppers] }
  expect(() => readAuthConfig({}, JSON.stringify(twice))).toThrow(/two entries of one id/)
})

test('everything wrong is told at once, and no secret with it', async () => {
  const broken = createAuthSecrets(now).replace(/"d":"./, '"d":"!')
  const env = {
    MICRO_REGISTRATION: 'maybe',
    MICRO_ACCESS_TOKEN_SECONDS: '1e3',
    MICRO_REFRESH_TOKEN_DAYS: '0',
    MICRO_PASSWORD_HASH_CONCURRENCY: '-1',
  }
  const attempt = () => readAuthConfig(env, broken)
  for (const name of [...Object.keys(env), 'MICRO_AUTH_SECRETS', 'jwt_keys']) expect(attempt).toThrow(name)
  const secret = /"d":"(.{20})/.exec(broken)?.[1] ?? ''
  expect(attempt).not.toThrow(secret)
  for (const text of [
    undefined,
    '',
    '{',
    'null',
    '[]',
    '{"peppers":[],"jwt_keys":[]}',
    '{"peppers":[{}],"jwt_keys":[{}]}',
  ])
    expect(() => readAuthConfig({}, text)).toThrow(/MICRO_AUTH_SECRETS/)
})

test('strangers may register by default only while the gateway is reached from this machine alone', () => {
  const key = newTokenKey('auth')
  const env = {
    REDIS_URL: 'redis://127.0.0.1',
    DB_DSN: 'postgres://127.0.0.1/microservices',
    MICRO_TOKEN_PRIVATE_KEY: JSON.stringify(key),
    MICRO_TOKEN_PUBLIC_KEYS: JSON.stringify({ gateway: [publicTokenKey(newTokenKey('gateway'))] }),
    MICRO_AUTH_SECRETS: createAuthSecrets(now),
  }
  const isOpen = (more: Record<string, string>) => readAuthProcess({ ...env, ...more }).auth.registrationOpen
  expect(isOpen({})).toBe(false)
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) expect(isOpen({ MICRO_PUBLISHED_HOST: host })).toBe(true)
  for (const host of ['0.0.0.0', '10.0.0.1', '127.0.0.1.example.com', ''])
    expect(isOpen({ MICRO_PUBLISHED_HOST: host })).toBe(false)
  expect(isOpen({ MICRO_PUBLISHED_HOST: '127.0.0.1', MICRO_REGISTRATION: 'closed' })).toBe(false)
  expect(isOpen({ MICRO_PUBLISHED_HOST: '0.0.0.0', MICRO_REGISTRATION: 'open' })).toBe(true)
})
