import { createHmac, createPrivateKey, createPublicKey, sign, generateKeyPairSync } from 'node:crypto'
import { createAuthSecrets, parseAuthSecrets, type SecretRings } from '@micro/signing'
import { fakeClock } from '@micro/testing'
import { beforeAll, expect, test } from 'vitest'
import { createAccessTokens, type AccessTokens } from './access-token.ts'

const clock = fakeClock()
const claims = { user: 'usr_1', merchant: 'acct_1', session: 'ses_1' }
let rings: SecretRings
let tokens: AccessTokens
let good: string

beforeAll(async () => {
  rings = parseAuthSecrets(createAuthSecrets(clock.now()))
  tokens = createAccessTokens({ keys: rings.jwtKeys, clock, seconds: 600 })
  good = await tokens.issue(claims)
})

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: number) =>
  JSON.parse(Buffer.from(good.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>

/** Signs whatever it is given with the installation's own key: what the claims and header checks must catch alone. */
const forge = (headerChanges: object, payloadChanges: object = {}) => {
  const input = `${encode({ ...decode(0), ...headerChanges })}.${encode({ ...decode(1), ...payloadChanges })}`
  const key = createPrivateKey({ key: { ...rings.jwtKeys.current }, format: 'jwk' })
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

const publicJwk = () => {
  const { kty, crv, x } = rings.jwtKeys.current
  return { kty, crv, x }
}

const hs256 = (secret: string | Buffer) => {
  const input = `${encode({ ...decode(0), alg: 'HS256' })}.${encode(decode(1))}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const unsigned = (alg: string) => `${encode({ ...decode(0), alg })}.${encode(decode(1))}.`

test('a token carries who it is for and little else', async () => {
  expect(decode(0)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: rings.jwtKeys.current.kid })
  expect(Object.keys(decode(1)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'merchant', 'sid', 'sub'])
  expect(await tokens.verify(good)).toEqual(claims)
  expect(await tokens.verify(forge({}))).toEqual(claims)
})

const attacks: readonly (readonly [string, () => string])[] = [
  ['alg none without a signature', () => unsigned('none')],
  ['alg None', () => unsigned('None')],
  ['alg none with the old signature', () => `${unsigned('none')}${good.split('.')[2]}`],
  ['no signature', () => `${good.split('.').slice(0, 2).join('.')}.`],
  ['HS256 keyed with the public key', () => hs256(Buffer.from(rings.jwtKeys.current.x, 'base64url'))],
  ['HS256 keyed with the public key as JSON', () => hs256(JSON.stringify(publicJwk()))],
  [
    'HS256 keyed with the public key as PEM',
    () => hs256(createPublicKey({ key: publicJwk(), format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string),
  ],
  [
    'another key under our kid',
    () => {
      const input = good.split('.').slice(0, 2).join('.')
      return `${input}.${sign(null, Buffer.from(input), generateKeyPairSync('ed25519').privateKey).toString('base64url')}`
    },
  ],
  [
    'changed claims under the old signature',
    () => {
      const [header, , signature] = good.split('.')
      return `${header}.${encode({ ...decode(1), merchant: 'acct_2' })}.${signature}`
    },
  ],
  ['alg RS256', () => forge({ alg: 'RS256' })],
  ['alg Ed448', () => forge({ alg: 'Ed448' })],
  ['an unknown kid', () => forge({ kid: 'jwt_other' })],
  ['no kid', () => forge({ kid: undefined })],
  ['a kid that is a path', () => forge({ kid: '../../../../dev/null' })],
  ['a kid that is SQL', () => forge({ kid: "' union select 'x" })],
  ['a kid that is a member of every object', () => forge({ kid: '__proto__' })],
  ['a jku header', () => forge({ jku: 'https://attacker.example/jwks.json' })],
  ['a jwk header', () => forge({ jwk: publicJwk() })],
  ['an x5u header', () => forge({ x5u: 'https://attacker.example/cert' })],
  ['a crit header', () => forge({ crit: ['exp'] })],
  ['no typ', () => forge({ typ: undefined })],
  ['typ JWT', () => forge({ typ: 'JWT' })],
  ['no exp', () => forge({}, { exp: undefined })],
  ['an exp that is text', () => forge({}, { exp: '9999999999' })],
  ['another issuer', () => forge({}, { iss: 'micro/other' })],
  ['no issuer', () => forge({}, { iss: undefined })],
  ['another audience', () => forge({}, { aud: 'micro/internal' })],
  ['no audience', () => forge({}, { aud: undefined })],
  ['no subject', () => forge({}, { sub: undefined })],
  ['an empty session', () => forge({}, { sid: '' })],
  ['a session that is no text', () => forge({}, { sid: { $ne: null } })],
  ['no merchant', () => forge({}, { merchant: undefined })],
  ['a not-before in the future', () => forge({}, { nbf: clock.now().getTime() / 1000 + 60 })],
  ['space around it', () => ` ${good}`],
  ['a line break at its end', () => `${good}\n`],
  ['padding', () => `${good}=`],
  ['five parts', () => `${good}.a.b`],
  ['8 KB of claims', () => forge({}, { more: 'x'.repeat(8000) })],
  ['nothing', () => ''],
]

for (const [name, token] of attacks) {
  test(`a token with ${name} is refused`, async () => expect(await tokens.verify(token())).toBeUndefined())
}

test('a token works for 600 seconds and not one longer', async () => {
  const then = fakeClock()
  const timed = createAccessTokens({ keys: rings.jwtKeys, clock: then, seconds: 600 })
  const token = await timed.issue(claims)
  then.advance(599_000)
  expect(await timed.verify(token)).toEqual(claims)
  then.advance(1000)
  expect(await timed.verify(token)).toBeUndefined()
})

test('after a rotation tokens of the old key still work, until that key is dropped', async () => {
  const fresh = parseAuthSecrets(createAuthSecrets(clock.now())).jwtKeys.current
  const rotated = createAccessTokens({
    keys: { current: fresh, previous: [rings.jwtKeys.current] },
    clock,
    seconds: 600,
  })
  expect(await rotated.verify(good)).toEqual(claims)
  expect(await tokens.verify(await rotated.issue(claims))).toBeUndefined()
  const dropped = createAccessTokens({ keys: { current: fresh, previous: [] }, clock, seconds: 600 })
  expect(await dropped.verify(good)).toBeUndefined()
})
