import { describe, expect, test } from 'vitest'
import type { Environment } from '../config.ts'
import { Failure } from '../shell/failure.ts'
import { profileFile, resolveSettings, sameGateway, settingsPath, type GlobalFlags } from './settings.ts'

const flags = (over: Partial<GlobalFlags> = {}): GlobalFlags => ({ color: true, ...over })
const environment = (over: Partial<Environment> = {}): Environment => ({
  apiKey: undefined,
  gatewayUrl: undefined,
  settingsPath: undefined,
  profile: undefined,
  colour: true,
  screen: false,
  inherited: {},
  ...over,
})
const file = { api_key: 'sk_file', gateway_url: 'http://file.test:1' }

describe('a flag beats the environment, which beats the file, which beats the default', () => {
  for (const [given, env, stored, want] of [
    ['sk_flag', 'sk_env', file, 'sk_flag'],
    [undefined, 'sk_env', file, 'sk_env'],
    [undefined, undefined, file, 'sk_file'],
    [undefined, undefined, {}, undefined],
    [undefined, undefined, { api_key: '' }, undefined],
  ] as const)
    test(`API key: flag ${given}, environment ${env}, file ${stored === file ? 'sk_file' : 'nothing'} gives ${want}`, () => {
      const settings = resolveSettings(
        flags(given === undefined ? {} : { apiKey: given }),
        environment({ apiKey: env }),
        stored,
      )
      expect(settings.apiKey?.value).toBe(want)
    })

  for (const [given, env, stored, want] of [
    ['http://flag.test', 'http://env.test', file, 'http://flag.test'],
    [undefined, 'http://env.test/', file, 'http://env.test'],
    [undefined, undefined, file, 'http://file.test:1'],
    [undefined, undefined, {}, 'http://localhost:8080'],
  ] as const)
    test(`gateway: flag ${given}, environment ${env} gives ${want}`, () => {
      const settings = resolveSettings(
        flags(given === undefined ? {} : { gatewayUrl: given }),
        environment({ gatewayUrl: env }),
        stored,
      )
      expect(settings.gatewayUrl).toBe(want)
    })

  test('the settings file itself: flag, then environment, then ~/.micro.yaml', () => {
    expect(settingsPath(flags({ config: '/a' }), environment({ settingsPath: '/b' }))).toBe('/a')
    expect(settingsPath(flags(), environment({ settingsPath: '/b' }))).toBe('/b')
    expect(settingsPath(flags(), environment())).toMatch(/\/\.micro\.yaml$/)
  })
})

test('a stored key is not sent to another gateway than the one it is for', () => {
  const settings = resolveSettings(flags({ gatewayUrl: 'http://evil.test' }), environment(), file)
  expect([settings.apiKey, settings.storedApplies]).toEqual([undefined, false])
})

for (const [a, b, same] of [
  ['http://localhost:8080', 'http://127.0.0.1:8080', true],
  ['http://localhost:8080', 'http://[::1]:8080/', true],
  ['http://localhost:8080', 'http://localhost:8081', false],
  ['http://localhost:8080', 'https://localhost:8080', false],
  ['http://a.test', 'http://b.test', false],
] as const)
  test(`${a} and ${b} are ${same ? 'one gateway' : 'two gateways'}`, () => expect(sameGateway(a, b)).toBe(same))

for (const url of ['localhost:8080', 'ftp://x', 'http://user:pw@x', 'nonsense'])
  test(`the gateway URL '${url}' is a misuse`, () => {
    const resolve = () => resolveSettings(flags({ gatewayUrl: url }), environment(), {})
    expect(resolve).toThrow(Failure)
    expect(resolve).toThrow(/must look like/)
  })

test('a key that no header can carry is refused without being shown', () => {
  const resolve = () => resolveSettings(flags({ apiKey: 'sk_test_secret\r\nx: y' }), environment(), {})
  expect(resolve).toThrow(/characters that no key has/)
  expect(resolve).not.toThrow(/secret/)
})

describe('each profile has a file of its own', () => {
  for (const [config, profile, want] of [
    ['/home/a/.micro.yaml', undefined, '/home/a/.micro.yaml'],
    ['/home/a/.micro.yaml', 'default', '/home/a/.micro.yaml'],
    ['/home/a/.micro.yaml', 'shop', '/home/a/.micro.shop.yaml'],
    ['/etc/micro', 'shop-2', '/etc/micro.shop-2'],
  ] as const)
    test(`${profile} beside ${config}`, () =>
      expect(settingsPath(flags({ config, ...(profile === undefined ? {} : { profile }) }), environment())).toBe(want))

  test('MICRO_PROFILE names one, --profile another', () => {
    const named = environment({ settingsPath: '/a/m.yaml', profile: 'env' })
    expect(settingsPath(flags(), named)).toBe('/a/m.env.yaml')
    expect(settingsPath(flags({ profile: 'flag' }), named)).toBe('/a/m.flag.yaml')
  })
  for (const profile of ['../x', 'a/b', '', '.x', 'a b', 'x'.repeat(41)])
    test(`'${profile}' is no name`, () =>
      expect(() => settingsPath(flags({ profile }), environment())).toThrow(Failure))

  test('a profile is known by its file', () => {
    const pattern = profileFile('.micro.yaml')
    expect(pattern.exec('.micro.shop.yaml')?.[1]).toBe('shop')
    for (const name of ['.micro.yaml', 'xmicro.shop.yaml', '.micro.yaml.lock', '.micro.shop.yaml.tmp'])
      expect(pattern.exec(name)).toBe(null)
  })
})
