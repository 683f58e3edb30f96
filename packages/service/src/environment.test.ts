import { newTokenKey, publicTokenKey } from '@micro/signing'
import { expect, test } from 'vitest'
import { readEnvironment } from './environment.ts'
import { ConfigurationError, type Environment } from './settings.ts'

const key = newTokenKey('ledger')
const good = {
  REDIS_URL: 'redis://:secret@127.0.0.1:6379',
  DB_DSN: 'postgres://ledger_app:secret@127.0.0.1:5435/ledger',
  MICRO_TOKEN_PRIVATE_KEY: JSON.stringify(key),
  MICRO_TOKEN_PUBLIC_KEYS: JSON.stringify({ gateway: [publicTokenKey(newTokenKey('gateway'))] }),
}

const read = (env: Environment) => {
  const settings = readEnvironment(env)
  return settings.done({
    ...settings.process({ port: 8083 }),
    database: settings.database(),
    ledger: settings.peer('ledger', 8083),
  })
}

const complaint = (env: Environment): string => {
  try {
    read(env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError)
    return (error as Error).message
  }
  return ''
}

test("the original's ports are the defaults, on loopback", () => {
  expect(read(good)).toMatchObject({
    host: '127.0.0.1',
    port: 8083,
    drainMs: 10_000,
    redisUrl: good.REDIS_URL,
    ledger: 'http://127.0.0.1:8083',
    database: { url: good.DB_DSN, migrateUrl: undefined, poolSize: 10, namedStatements: true },
    tokens: { privateKey: key },
  })
})

test('everything that is wrong is told at once', () => {
  const told = complaint({
    PORT: 'http',
    MICRO_DRAIN_MS: '-1',
    DB_DSN: 'mysql://x',
    LEDGER_SERVICE_URL: 'ledger:8083',
    MIGRATE_DSN: 'x',
  })
  for (const name of [
    'PORT',
    'MICRO_DRAIN_MS',
    'REDIS_URL',
    'DB_DSN',
    'MIGRATE_DSN',
    'LEDGER_SERVICE_URL',
    'MICRO_TOKEN_PRIVATE_KEY',
    'MICRO_TOKEN_PUBLIC_KEYS',
  ])
    expect(told).toContain(`  - ${name} `)
})

test.each([
  ['a public key', JSON.stringify(publicTokenKey(key))],
  ['half a pair', JSON.stringify({ ...key, x: newTokenKey('ledger').x })],
  ['a key of another kind', JSON.stringify({ ...key, crv: 'P-256' })],
  ['no JSON', key.d],
])('%s is no key to sign with, and no complaint shows it', (_name, text) => {
  const told = complaint({ ...good, MICRO_TOKEN_PRIVATE_KEY: text })
  expect(told).toContain('MICRO_TOKEN_PRIVATE_KEY')
  expect(told).not.toContain(key.d)
})

test('behind pgbouncer no statement is named', () => {
  expect(read({ ...good, DB_PGBOUNCER: 'yes' }).database.namedStatements).toBe(false)
  expect(complaint({ ...good, DB_PGBOUNCER: 'true' })).toContain("DB_PGBOUNCER must be no or yes, got 'true'")
})

test('a complaint about a URL does not show its password', () => {
  expect(complaint({ ...good, DB_DSN: 'mysql://root:hunter2@db/x' })).not.toContain('hunter2')
})
