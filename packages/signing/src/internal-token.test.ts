import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { fakeClock } from '@micro/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTokenSigner, createTokenVerifier, type TokenPrivateKey } from './internal-token.ts'
import { newTokenKey, publicTokenKey } from './token-key.ts'

const clock = fakeClock()
const keys = {
  gateway: { ...newTokenKey('gateway'), kid: 'gateway-1' },
  payments: { ...newTokenKey('payments'), kid: 'payments-1' },
  events: newTokenKey('events'),
}
const publicKeys = Object.fromEntries(Object.entries(keys).map(([service, key]) => [service, [publicTokenKey(key)]]))
const apiKey = { kind: 'api_key', merchant: 'acct_1', mode: 'test', keyId: 'key_1', scopes: ['ledger:read'] } as const
const session = { kind: 'session', merchant: 'acct_1', mode: 'test', user: 'usr_1', session: 'ses_1' } as const
const gateway = createTokenSigner({ service: 'gateway', privateKey: keys.gateway, clock })
const ledger = createTokenVerifier({ audience: 'ledger', publicKeys, clock })
let good: string
beforeAll(async () => {
  good = await gateway.sign('ledger', apiKey)
})

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part: number) =>
  JSON.parse(Buffer.from(good.split('.')[part] ?? '', 'base64url').toString()) as Record<string, unknown>

/** Signs whatever it is given with a listed key: what the checks of header and claims must catch alone. */
const forge = (header: object, payload: object = {}, key: TokenPrivateKey = keys.gateway) => {
  const input = `${encode({ ...decode(0), kid: key.kid, ...header })}.${encode({ ...decode(1), ...payload })}`
  return `${input}.${sign(null, Buffer.from(input), createPrivateKey({ key: { ...key }, format: 'jwk' })).toString('base64url')}`
}
const without = <T extends object>(value: T, name: keyof T) =>
  Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))
const resigned = (payload: object) =>
  `${good.split('.')[0]}.${encode({ ...decode(1), ...payload })}.${good.split('.')[2]}`
const hs256 = (secret: string | Buffer) => {
  const input = `${encode({ ...decode(0), alg: 'HS256' })}.${encode(decode(1))}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
const unsigned = (alg: string) => `${encode({ ...decode(0), alg })}.${encode(decode(1))}.`
const pem = () =>
  createPublicKey({ key: publicTokenKey(keys.gateway), format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  }) as string
const seconds = () => clock.now().getTime() / 1000

describe('what a token proves', () => {
  for (const principal of [apiKey, session, { kind: 'service', service: 'gateway' } as const, undefined])
    test(`the gateway speaks for ${principal?.kind ?? 'callers of public routes'}`, async () => {
      expect(await ledger.verify(await gateway.sign('ledger', principal))).toEqual({ issuer: 'gateway', principal })
    })

  test('a session that acts by scopes has the same', async () => {
    const principal = { ...session, scopes: ['*'] } as const
    expect(await ledger.verify(await gateway.sign('ledger', principal))).toEqual({ issuer: 'gateway', principal })
  })

  test('an operator stays one', async () => {
    const principal = { ...session, operator: true } as const
    expect(await ledger.verify(await gateway.sign('ledger', principal))).toEqual({ issuer: 'gateway', principal })
  })

  test('a key without any scope is told as such', async () => {
    const principal = { ...apiKey, scopes: [] }
    expect(await ledger.verify(await gateway.sign('ledger', principal))).toEqual({ issuer: 'gateway', principal })
  })

  test('another service speaks for itself', async () => {
    const payments = createTokenSigner({ service: 'payments', privateKey: keys.payments, clock })
    const principal = { kind: 'service', service: 'payments' } as const
    expect(await ledger.verify(await payments.sign('ledger', principal))).toEqual({ issuer: 'payments', principal })
  })

  test('a token says whom it is from, for and about, and little else', () => {
    expect(decode(0)).toEqual({ alg: 'EdDSA', typ: 'micro-internal+jwt', kid: 'gateway-1' })
    expect(decode(1)).toEqual({ iss: 'gateway', aud: 'ledger', iat: seconds(), exp: seconds() + 30, principal: apiKey })
  })

  test('what the forging helper makes unchanged is accepted, so that its forgeries fail for their changes', async () => {
    expect(await ledger.verify(forge({}))).toEqual({ issuer: 'gateway', principal: apiKey })
  })
})

const attacks: readonly (readonly [string, () => string | Promise<string>])[] = [
  ['alg none without a signature', () => unsigned('none')],
  ['alg none with the old signature', () => `${unsigned('none')}${good.split('.')[2]}`],
  ['no signature', () => `${good.split('.').slice(0, 2).join('.')}.`],
  ['HS256 keyed with the public key', () => hs256(Buffer.from(keys.gateway.x, 'base64url'))],
  ['HS256 keyed with the public key as PEM', () => hs256(pem())],
  ['alg Ed448', () => forge({ alg: 'Ed448' })],
  ['an unlisted key under a listed kid', () => forge({ kid: 'gateway-1' }, {}, newTokenKey('mine'))],
  [
    'changed claims under the old signature',
    () => {
      const [header, , signature] = good.split('.')
      return `${header}.${encode({ ...decode(1), principal: { ...apiKey, merchant: 'acct_2' } })}.${signature}`
    },
  ],
  ["the gateway's claims signed by payments", () => forge({}, {}, keys.payments)],
  [
    "the gateway's claims signed by payments under the gateway's kid",
    () => forge({ kid: 'gateway-1' }, {}, keys.payments),
  ],
  ['a merchant named by payments', () => forge({}, { iss: 'payments' }, keys.payments)],
  ['nobody named by payments', () => forge({}, { iss: 'payments', principal: null }, keys.payments)],
  [
    'events named by payments',
    () => forge({}, { iss: 'payments', principal: { kind: 'service', service: 'events' } }, keys.payments),
  ],
  ['payments named by the gateway', () => forge({}, { principal: { kind: 'service', service: 'payments' } })],
  ['an operator who is an API key', () => forge({}, { principal: { ...apiKey, operator: true } })],
  [
    'an operator who is a service',
    () => forge({}, { principal: { kind: 'service', service: 'gateway', operator: true } }),
  ],
  ['an operator in other words', () => forge({}, { principal: { ...session, operator: 'true' } })],
  ['somebody who is no operator, and says so', () => forge({}, { principal: { ...session, operator: false } })],
  ['another audience', () => gateway.sign('payments', apiKey)],
  ['a list of audiences', () => forge({}, { aud: ['ledger', 'payments'] })],
  ['no audience', () => forge({}, { aud: undefined })],
  ['an unknown issuer', () => forge({}, { iss: 'root' })],
  ['an issuer that is a member of every object', () => forge({}, { iss: '__proto__' })],
  ['no issuer', () => forge({}, { iss: undefined })],
  ['no kid', () => forge({ kid: undefined })],
  ['a kid of another service', () => forge({ kid: 'payments-1' })],
  ['typ JWT', () => forge({ typ: 'JWT' })],
  ['typ at+jwt', () => forge({ typ: 'at+jwt' })],
  ['a jwk header', () => forge({ jwk: publicTokenKey(keys.gateway) })],
  ['a jku header', () => forge({ jku: 'https://attacker.example/jwks.json' })],
  ['a crit header', () => forge({ crit: ['exp'] })],
  ['no exp', () => forge({}, { exp: undefined })],
  ['an exp that is text', () => forge({}, { exp: '9999999999' })],
  ['an exp that is no whole number', () => forge({}, { exp: seconds() + 29.5 })],
  ['a life of a year', () => forge({}, { exp: seconds() + 31_536_000 })],
  ['no iat', () => forge({}, { iat: undefined })],
  ['an iat in the future', () => forge({}, { iat: seconds() + 6, exp: seconds() + 30 })],
  ['a not-before in the future', () => forge({}, { nbf: seconds() + 60 })],
  ['no principal', () => forge({}, { principal: undefined })],
  ['a principal without a merchant', () => forge({}, { principal: { ...apiKey, merchant: '' } })],
  ['a key whose scopes are left out', () => forge({}, { principal: without(apiKey, 'scopes') })],
  ['scopes that are null', () => forge({}, { principal: { ...apiKey, scopes: null } })],
  ['scopes that are text', () => forge({}, { principal: { ...apiKey, scopes: '*' } })],
  ['a scope that is no text', () => forge({}, { principal: { ...apiKey, scopes: [{ $ne: null }] } })],
  ['an empty scope', () => forge({}, { principal: { ...apiKey, scopes: [''] } })],
  ['a session with scopes that are text', () => forge({}, { principal: { ...session, scopes: '*' } })],
  ['a publishable key with scopes', () => forge({}, { principal: { ...apiKey, kind: 'publishable_key' } })],
  ['more scopes under the old signature', () => resigned({ principal: { ...apiKey, scopes: ['*'] } })],
  ['a principal of both kinds', () => forge({}, { principal: { ...apiKey, user: 'usr_1' } })],
  ['a principal in a mode there is not', () => forge({}, { principal: { ...apiKey, mode: 'prod' } })],
  ['a principal of a kind there is not', () => forge({}, { principal: { kind: 'constructor' } })],
  ['a merchant that is no text', () => forge({}, { principal: { ...apiKey, merchant: { $ne: null } } })],
  ['a principal that is a list', () => forge({}, { principal: [apiKey] })],
  ['space around it', () => ` ${good}`],
  ['five parts', () => `${good}.a.b`],
  ['8 KB of claims', () => forge({}, { more: 'x'.repeat(8000) })],
  ['nothing', () => ''],
]
describe('a token is refused with', () => {
  for (const [name, token] of attacks)
    test(name, async () => expect(await ledger.verify(await token())).toBeUndefined())
})

describe('time', () => {
  test('a token works for 30 seconds and 5 of leeway, also when it was seen before', async () => {
    const then = fakeClock()
    const [signer, verifier] = [
      createTokenSigner({ service: 'gateway', privateKey: keys.gateway, clock: then }),
      createTokenVerifier({ audience: 'ledger', publicKeys, clock: then }),
    ]
    const token = await signer.sign('ledger', apiKey)
    then.advance(34_000)
    expect(await verifier.verify(token)).toEqual({ issuer: 'gateway', principal: apiKey })
    then.advance(1_000)
    expect(await verifier.verify(token)).toBeUndefined()
    expect(await createTokenVerifier({ audience: 'ledger', publicKeys, clock: then }).verify(token)).toBeUndefined()
  })

  test('a token is reused for 15 seconds, for the same audience and principal only', async () => {
    const then = fakeClock()
    const signer = createTokenSigner({ service: 'gateway', privateKey: keys.gateway, clock: then })
    const first = await signer.sign('ledger', apiKey)
    then.advance(14_999)
    expect(await signer.sign('ledger', { ...apiKey })).toBe(first)
    for (const other of [
      signer.sign('payments', apiKey),
      signer.sign('ledger', { ...apiKey, merchant: 'acct_2' }),
      signer.sign('ledger', { ...apiKey, scopes: ['ledger:write'] }),
      signer.sign('ledger', undefined),
    ])
      expect(await other).not.toBe(first)
    then.advance(1)
    expect(await signer.sign('ledger', apiKey)).not.toBe(first)
  })

  test('a token from before the clock was set back is not reused', async () => {
    const then = fakeClock('2026-01-01T00:01:00Z')
    const signer = createTokenSigner({ service: 'gateway', privateKey: keys.gateway, clock: then })
    const first = await signer.sign('ledger', apiKey)
    then.set(fakeClock('2026-01-01T00:00:00Z').now())
    expect(await signer.sign('ledger', apiKey)).not.toBe(first)
  })
})

test('during a key roll both keys of a service are believed, afterwards the new one only', async () => {
  const next = newTokenKey('gateway')
  const rolled = createTokenSigner({ service: 'gateway', privateKey: next, clock })
  const both = createTokenVerifier({
    audience: 'ledger',
    publicKeys: { gateway: [publicTokenKey(next), publicTokenKey(keys.gateway)] },
    clock,
  })
  const after = createTokenVerifier({ audience: 'ledger', publicKeys: { gateway: [publicTokenKey(next)] }, clock })
  const token = await rolled.sign('ledger', apiKey)
  expect([await both.verify(token), await both.verify(good)].map((each) => each?.issuer)).toEqual([
    'gateway',
    'gateway',
  ])
  expect([await after.verify(token), await after.verify(good)].map((each) => each?.issuer)).toEqual([
    'gateway',
    undefined,
  ])
})
