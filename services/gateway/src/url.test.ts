import { Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { checkedPath } from './url.ts'

const outcome = (target: string): string => {
  try {
    return checkedPath(target)
  } catch (error) {
    return error instanceof Fault ? error.code : 'unexpected'
  }
}

describe('a request target is refused when two parsers could read it differently', () => {
  for (const target of [
    '//auth/me',
    '/v1//events',
    '/v1/../auth/me',
    '/v1/./events',
    '/v1/..',
    '/v1/%2e%2e/auth',
    '/v1/%2E/x',
    '/a%2fb',
    '/a%2Fb',
    '/a%5Cb',
    '/a\\b',
    '/a%00',
    '/a;x=1',
    'http://evil.example/v1/events',
    '*',
    '',
    'v1/events',
    '/a#b',
    '/a b',
    '/a\u00e9',
    '/a%zz',
    '/a%c0%ae',
    '/a%ff',
    '/a%',
    `/${'a'.repeat(8 * 1024)}`,
  ]) {
    test(`${target.slice(0, 40)} is malformed`, () => expect(outcome(target)).toBe('url_invalid'))
  }
})

describe('an unambiguous target passes and loses its query', () => {
  for (const [target, path] of [
    ['/', '/'],
    ['/v1/events?limit=3', '/v1/events'],
    ['/ledger/accounts/user:1@x.y', '/ledger/accounts/user:1@x.y'],
    ['/ledger/accounts/a%40b', '/ledger/accounts/a%40b'],
    ['/v1/events?created[gte]=1&x=%2e%2f//', '/v1/events'],
  ] as const) {
    test(target, () => expect(outcome(target)).toBe(path))
  }
})

describe('a credential in the URL is refused, wherever it hides', () => {
  const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMSJ9.c2ln'
  for (const rest of [
    '?api_key=x',
    '?a=1&api_key=x',
    '?apikey=x',
    '?access_token=x',
    '?token=x',
    '?q=sk_test_abc',
    '?API_KEY=x',
    '?q=s%6b_test_abc',
    '?%61pi_key=x',
    '?q=s%6b_test_abc&r=%',
    '?q=_sk_live_abc',
    `?starting_after=${jwt}`,
    '/sk_test_abc',
    '/rk_live_abc',
    `/bs_${'0a'.repeat(32)}`,
    `?q=bs%5f${'0a'.repeat(32)}`,
    '/%73k_test_abc',
    `/${jwt}`,
  ]) {
    test(rest, () => expect(outcome(`/v1/events${rest}`)).toBe('parameter_invalid'))
  }
})

describe('a checkpoint of a ledger is signed as a session token is, but is no credential', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const checkpoint = `${part({ alg: 'EdDSA', kid: 'k', typ: 'micro-checkpoint+jws' })}.${part({ seq: '1' })}.c2ln`
  const other = `${part({ alg: 'EdDSA', kid: 'k', typ: 'JWT' })}.${part({ sub: 'usr_1' })}.c2ln`
  test('it passes', () => expect(outcome(`/ledger/verify?checkpoint=${checkpoint}`)).toBe('/ledger/verify'))
  for (const query of [`checkpoint=${other}`, `checkpoint=${checkpoint}&x=${other}`, `token=${checkpoint}`])
    test(query, () => expect(outcome(`/ledger/verify?${query}`)).toBe('parameter_invalid'))
})

describe('what only looks a little like one passes', () => {
  for (const path of ['/ledger/accounts/desk_test_1', '/ledger/accounts/token', '/ledger/accounts/eyJ.a.b'])
    test(path, () => expect(outcome(path)).toBe(path))
})
