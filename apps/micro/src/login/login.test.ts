import { readFile, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { authServer } from '../auth.fixture.ts'
import { runCli } from '../cli.fixture.ts'
import { parseFlatYaml } from '../settings/flat-yaml.ts'

// Its spaces belong to it.
const password = ' secure password '

let home: TemporaryDirectory
let server: Awaited<ReturnType<typeof authServer>>
beforeEach(async () => {
  home = await temporaryDirectory()
  server = await authServer()
})
afterEach(async () => {
  await server.close()
  await home.remove()
})

const micro = (args: readonly string[], input = '') =>
  runCli([...args, '--gateway-url', server.url], { home: home.path, input })
const logIn = (email = 'dev@example.com', given = `${password}\n`) =>
  micro(['login', '--email', email, '--password-stdin'], given)
const file = () => join(home.path, '.micro.yaml')
const stored = async () => parseFlatYaml(await readFile(file(), 'utf8'))
const expectNoSecrets = async (output: string) => {
  for (const secret of [password.trim(), ...server.keys.map(({ key }) => key), 'rt_', 'jwt.'])
    expect(output).not.toContain(secret)
}

describe('login', () => {
  test('gives this device one named test key and keeps it, readable by its owner alone, without showing a secret', async () => {
    const { code, stdout, stderr } = await logIn()
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Logged in as dev@example.com')
    await expectNoSecrets(stdout)
    expect(server.keys).toMatchObject([{ name: `micro cli on ${hostname()}`, environment: 'test', merchant: 'acct_a' }])
    expect(await stored()).toMatchObject({
      api_key: server.keys[0]?.key,
      api_key_id: server.keys[0]?.id,
      email: 'dev@example.com',
      gateway_url: server.url,
    })
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  test('a second time keeps the key and ends the earlier session', async () => {
    await logIn()
    const { stdout } = await logIn()
    expect(stdout).toContain('keeps its test API key')
    expect(server.keys).toHaveLength(1)
    expect(server.openSessions()).toBe(1)
  })

  test('after the key was revoked elsewhere makes a new one', async () => {
    await logIn()
    for (const key of server.keys) key.revoked = true
    await logIn()
    expect(server.keys).toHaveLength(2)
    expect((await stored())['api_key']).toBe(server.keys[0]?.key)
  })

  test("as somebody else makes that account's key and revokes the former one", async () => {
    await logIn()
    await logIn('other@example.com')
    expect(server.keys).toMatchObject([
      { merchant: 'acct_b', revoked: false },
      { merchant: 'acct_a', revoked: true },
    ])
    expect(server.openSessions()).toBe(1)
  })

  test('with a wrong password ends with 3, says so on standard error and changes nothing', async () => {
    const { code, stdout, stderr } = await logIn('dev@example.com', password.trim())
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toBe('Error: Could not log in: The email or the password is wrong.\n')
    await expect(stat(file())).rejects.toThrow('ENOENT')
  })

  test('without a password on standard input, or without an email, ends with 2', async () => {
    expect((await logIn('dev@example.com', '')).code).toBe(2)
    expect((await micro(['login', '--password-stdin'], password)).code).toBe(2)
  })
})

describe('logout', () => {
  test("revokes the device's key, ends the session and leaves nothing secret; again, it is done already", async () => {
    await logIn()
    const { code, stdout } = await micro(['logout'])
    expect(code).toBe(0)
    expect(stdout).toContain('Logged out dev@example.com.')
    expect(server.keys[0]?.revoked).toBe(true)
    expect(server.openSessions()).toBe(0)
    expect(await stored()).toEqual({ gateway_url: server.url })
    expect(await micro(['logout'])).toMatchObject({ code: 0, stdout: 'You are not logged in.\n' })
  })

  test('when the server is gone says so, names what stays valid, and still forgets the secrets', async () => {
    await logIn()
    await server.close()
    const { code, stderr } = await micro(['logout'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/^Warning: Cannot reach Micro at /)
    expect(stderr).toContain(`the API key ${server.keys[0]?.id} stay valid`)
    expect(await stored()).toEqual({ gateway_url: server.url })
  })

  test('does not revoke a key that somebody wrote into the file', async () => {
    await logIn()
    const own = server.keys[0]?.key ?? ''
    await writeFile(file(), `api_key: ${own}\ngateway_url: ${server.url}\n`, { mode: 0o600 })
    expect((await micro(['logout'])).code).toBe(0)
    expect(server.keys[0]?.revoked).toBe(false)
  })
})

describe('whoami', () => {
  test('tells whose key it is, in words and as JSON', async () => {
    await logIn()
    const { stdout } = await micro(['whoami'])
    for (const word of ['dev@example.com', 'acct_a', 'test', server.url, 'from the settings file'])
      expect(stdout).toContain(word)
    await expectNoSecrets(stdout)
    expect(JSON.parse((await micro(['whoami', '--json'])).stdout)).toMatchObject({
      email: 'dev@example.com',
      gateway_url: server.url,
    })
  })

  test('with a key that was revoked ends with 3', async () => {
    await logIn()
    for (const key of server.keys) key.revoked = true
    expect(await micro(['whoami'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'Error: Invalid API Key provided: sk_test_****\n',
    })
  })

  test('does not send the stored key to another gateway', async () => {
    await logIn()
    await using elsewhere = await authServer()
    const { code, stderr } = await runCli(['whoami', '--gateway-url', elsewhere.url], { home: home.path })
    expect(code).toBe(3)
    expect(stderr).toContain(`You are logged in at ${server.url}, not at ${elsewhere.url}`)
    expect(elsewhere.seen).toEqual([])
  })
})
