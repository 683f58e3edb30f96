import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createAuthSecrets, newPepper, newSigningJwk, parseAuthSecrets, readAuthSecrets } from './auth-secrets.ts'
import { createEncryptionKeys, parseEncryptionKeys, readEncryptionKeys } from './encryption-keys.ts'
import { everyOf } from './ring.ts'

const now = new Date(1_795_000_000_000)
const secrets = readAuthSecrets(createAuthSecrets(now))
const [pepper] = secrets.peppers
const [jwk] = secrets.jwt_keys

test('what is made says when, and is read back as it was written', () => {
  expect(pepper?.created).toBe(1_795_000_000)
  expect(jwk?.created).toBe(1_795_000_000)
  expect(readAuthSecrets(JSON.stringify(secrets))).toEqual(secrets)
  const keys = readEncryptionKeys(createEncryptionKeys(now))
  expect(readEncryptionKeys(JSON.stringify(keys))).toEqual(keys)
})

test('the secrets of an installation from before secrets had a date are read', () => {
  const old = JSON.stringify(secrets, (name, value: unknown) => (name === 'created' ? undefined : value))
  expect(readAuthSecrets(old).peppers[0]?.created).toBeUndefined()
  expect(parseAuthSecrets(old).peppers.current.id).toBe(pepper?.id)
})

test('a secret announced is accepted before it is used', () => {
  const next = { ...newPepper(now), next: true as const }
  const stored = { ...secrets, peppers: [...secrets.peppers, next] }
  expect(readAuthSecrets(JSON.stringify(stored))).toEqual(stored)
  const { peppers } = parseAuthSecrets(JSON.stringify(stored))
  expect(everyOf(peppers).map(({ id }) => id)).toEqual([pepper?.id, next.id])
})

describe('a secret is refused, by name and never by value, when it is', () => {
  const withPepper = (secret: unknown) => JSON.stringify({ ...secrets, peppers: [{ ...pepper, secret }] })
  for (const [what, json, name] of [
    ['short', withPepper(randomBytes(16).toString('base64url')), 'peppers[].secret'],
    ['empty', withPepper(''), 'peppers[].secret'],
    ['no text', withPepper(7), 'peppers[].secret'],
    ['typed by hand', withPepper('changeme'.repeat(6).slice(0, 43)), 'peppers[].secret is not random'],
    ['nothing but zeros', withPepper(Buffer.alloc(32).toString('base64url')), 'peppers[].secret is not random'],
    [
      'a key whose halves are not one pair',
      JSON.stringify({ ...secrets, jwt_keys: [{ ...jwk, x: newSigningJwk(now).x }] }),
      'jwt_keys[].x',
    ],
    ['dated in words', JSON.stringify({ ...secrets, peppers: [{ ...pepper, created: 'today' }] }), 'created'],
    ['current and announced at once', JSON.stringify({ ...secrets, peppers: [{ ...pepper, next: true }] }), 'peppers'],
  ] as const)
    test(what, () => {
      const read = () => parseAuthSecrets(json)
      expect(read).toThrow(name)
      for (const secret of [pepper?.secret ?? '', jwk?.d ?? '', 'changeme']) expect(read).not.toThrow(secret)
    })

  test('one of an encryption ring', () => {
    for (const keys of [[], [{ id: 'enc_1', secret: 'A'.repeat(43) }], 'x', [null]])
      expect(() => parseEncryptionKeys(JSON.stringify({ keys }))).toThrow('keys')
  })
})
