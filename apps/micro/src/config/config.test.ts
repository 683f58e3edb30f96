import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newApiKey } from '@micro/signing'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inProcess } from '../in-process.fixture.ts'

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home.remove())

const config = (
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
) => inProcess(['config', ...args], { input, env: { MICRO_CONFIG: file(), ...env } })
const file = (name = '.micro.yaml') => join(home.path, name)

test('a secret is read from standard input, kept in a closed file, and never shown', async () => {
  const key = newApiKey('live')
  const set = await config(['set', 'live_api_key', '-'], { input: `${key}\n` })
  expect(set).toEqual({ code: 0, stdout: `Set live_api_key to …${key.slice(-4)} in ${file()}.\n`, stderr: '' })
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(await readFile(file(), 'utf8')).toContain(`live_api_key: ${key}`)
  const shown = [await config(['list']), await config(['list', '--json']), await config(['get', 'live_api_key'])]
  expect(shown.map(({ stdout }) => stdout).join()).not.toContain(key)
  expect(shown[2]?.stdout).toBe(`…${key.slice(-4)}\n`)
  await config(['unset', 'live_api_key'])
  expect(await readFile(file(), 'utf8')).not.toContain('live_api_key')
})

test('list tells where each setting comes from', async () => {
  await writeFile(file(), 'gateway_url: http://kept.test\napi_key: sk_test_kept\n', { mode: 0o600 })
  const { stdout } = await config(['list', '--json'], { env: { MICRO_API_KEY: 'sk_test_given' } })
  expect(JSON.parse(stdout)).toEqual({
    file: file(),
    gateway_url: { value: 'http://kept.test', origin: 'file' },
    api_key: { value: '…iven', origin: 'environment' },
    live_api_key: null,
  })
})

test('the keys of one gateway are not taken along to another', async () => {
  const before = 'gateway_url: http://kept.test\napi_key: sk_test_kept\n'
  await writeFile(file(), before, { mode: 0o600 })
  for (const args of [
    ['set', 'gateway_url', 'http://other.test'],
    ['unset', 'gateway_url'],
  ]) {
    const { code, stderr } = await config(args)
    expect([code, stderr]).toEqual([1, expect.stringContaining('The keys in this file are of http://kept.test')])
    expect(await readFile(file(), 'utf8')).toBe(before)
  }
  expect((await config(['set', 'gateway_url', 'http://kept.test/'])).code).toBe(0)
  expect((await config(['unset', 'api_key'])).code).toBe(0)
  expect((await config(['set', 'gateway_url', 'http://other.test'])).code).toBe(0)
})

test('a profile is apart from the others', async () => {
  await config(['set', 'gateway_url', 'http://main.test'])
  await config(['set', 'gateway_url', 'http://shop.test', '--profile', 'shop'])
  expect((await config(['get', 'gateway_url'])).stdout).toBe('http://main.test\n')
  expect((await config(['get', 'gateway_url'], { env: { MICRO_PROFILE: 'shop' } })).stdout).toBe('http://shop.test\n')
  expect(await readFile(file('.micro.shop.yaml'), 'utf8')).toContain('http://shop.test')
  expect((await config(['profiles', '--profile', 'shop'])).stdout).toMatch(
    /^PROFILE +EMAIL +GATEWAY\ndefault +http:\/\/main\.test\nshop +http:\/\/shop\.test +\(in use\)\n$/,
  )
})

for (const [args, message, code] of [
  [['set', 'api_key', 'sk_test_x'], 'can be read by others', 2],
  [['set', 'gateway_url', 'nonsense'], 'must look like', 2],
  [['set', 'gateway_url'], 'needs a value', 2],
  [['set', 'live_api_key', '-'], 'A live key looks like', 2],
  [['set', 'refresh_token', 'x'], "There is no setting 'refresh_token'", 2],
  [['get', 'gatway_url'], 'Did you mean gateway_url?', 2],
  [['get', 'api_key'], 'api_key is not set', 4],
  [['list', '--profile', '../x'], 'A profile is named in', 2],
] as const)
  test(`${args.join(' ')} is refused and changes nothing`, async () => {
    const ended = await config(args, { input: 'sk_test_x' })
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(message)])
    await expect(stat(file())).rejects.toThrow('ENOENT')
  })
