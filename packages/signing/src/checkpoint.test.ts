import { compactVerify, importJWK } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  createCheckpointKeys,
  createCheckpointReader,
  createCheckpointSigner,
  parseCheckpointKeys,
  publicKeysOf,
  type Checkpoint,
} from './index.ts'

const now = new Date(1_795_000_000_000)
const ring = parseCheckpointKeys(createCheckpointKeys(now))
const signer = createCheckpointSigner(ring)
const read = createCheckpointReader(publicKeysOf(ring))
const checkpoint: Checkpoint = {
  merchant: 'acct_1',
  mode: 'live',
  seq: 9_007_199_254_740_993n,
  hash: 'ab'.repeat(32),
  recorded: 1_795_000_000,
  created: 1_795_000_001,
}
const token = signer.sign(checkpoint)

test('what was signed is read as it was, beyond the numbers of JSON too', () =>
  expect(read(token)).toEqual({ checkpoint, keyId: ring.current.kid }))

test('another implementation checks it with the public key alone', async () => {
  const [key] = publicKeysOf(ring)
  const { payload, protectedHeader } = await compactVerify(token, await importJWK(key!, 'EdDSA'))
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: ring.current.kid, typ: 'micro-checkpoint+jws' })
  expect(JSON.parse(Buffer.from(payload).toString())).toEqual({ ...checkpoint, seq: '9007199254740993' })
})

test('no public key has a private half', () => {
  for (const key of publicKeysOf(ring)) expect(Object.keys(key).toSorted()).toEqual(['crv', 'kid', 'kty', 'x'])
})

test('a key that was rotated out still checks what it signed', () => {
  const { keys: fresh } = JSON.parse(createCheckpointKeys(now)) as { keys: object[] }
  const both = parseCheckpointKeys(JSON.stringify({ keys: [...fresh, ring.current] }))
  expect(createCheckpointReader(publicKeysOf(both))(token)).toMatchObject({ checkpoint })
  expect(createCheckpointSigner(both).keyId).not.toBe(ring.current.kid)
})

describe('nothing else is believed:', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const [header = '', payload = '', signature = ''] = token.split('.')
  const named = { alg: 'EdDSA', kid: ring.current.kid, typ: 'micro-checkpoint+jws' }
  const other = createCheckpointSigner(parseCheckpointKeys(createCheckpointKeys(now))).sign(checkpoint)
  const told = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  for (const [what, given, refused] of [
    ['another key', other, 'unknown_key'],
    ['another seq', `${header}.${part({ ...told, seq: '7' })}.${signature}`, 'forged'],
    ['another merchant', `${header}.${part({ ...told, merchant: 'acct_2' })}.${signature}`, 'forged'],
    ['a cut signature', token.slice(0, -4), 'forged'],
    ['no signature', `${header}.${payload}.`, 'malformed'],
    ['no algorithm', `${part({ ...named, alg: 'none' })}.${payload}.${signature}`, 'malformed'],
    ['a key of its own', `${part({ ...named, jwk: publicKeysOf(ring)[0] })}.${payload}.${signature}`, 'malformed'],
    ['another kind of token', `${part({ ...named, typ: 'JWT' })}.${payload}.${signature}`, 'malformed'],
    ['a seq of 0', `${header}.${part({ ...told, seq: '0' })}.${signature}`, 'malformed'],
    ['a hash in capitals', `${header}.${part({ ...told, hash: 'AB'.repeat(32) })}.${signature}`, 'malformed'],
    ['null', `${part(null as never)}.${part(null as never)}.${signature}`, 'malformed'],
    ['nothing', '', 'malformed'],
    ['what is too long', `${token}${'A'.repeat(3_000)}`, 'malformed'],
  ] as const)
    test(what, () => expect(read(given)).toEqual({ refused }))
})
