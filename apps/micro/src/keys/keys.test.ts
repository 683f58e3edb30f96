import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authServer } from '../auth.fixture.ts'
import { runCli } from '../cli.fixture.ts'

let home: TemporaryDirectory
let server: Awaited<ReturnType<typeof authServer>>
beforeAll(async () => {
  home = await temporaryDirectory()
  server = await authServer()
  const args = ['login', '--email', 'dev@example.com', '--password-stdin', '--gateway-url', server.url]
  expect((await runCli(args, { home: home.path, input: ' secure password ' })).code).toBe(0)
})
afterAll(async () => {
  await server.close()
  await home.remove()
})

const keys = (...args: string[]) => runCli(['keys', ...args], { home: home.path })

test('create prints the key alone on standard output, once', async () => {
  const { code, stdout, stderr } = await keys('create', '--name', 'my shop', '--environment', 'live')
  expect([code, stdout]).toEqual([0, `${server.keys[0]?.key}\n`])
  expect(server.keys[0]).toMatchObject({ name: 'my shop', environment: 'live' })
  expect(stderr).toContain(`Created the live key ${server.keys[0]?.id}.`)
  expect(stderr).not.toContain(stdout.trim())
  expect(JSON.parse((await keys('create', '--json')).stdout)).toMatchObject({
    environment: 'test',
    key: server.keys[0]?.key,
  })
})

test('list shows every page, newest first, and no key', async () => {
  const { code, stdout } = await keys('list')
  expect(code).toBe(0)
  const [heading, ...rows] = stdout.trim().split('\n')
  expect(heading).toMatch(/^ID +TYPE +MODE +KEY +NAME +SCOPES +CREATED/)
  expect(rows.map((row) => row.split(' ')[0])).toEqual(server.keys.map(({ id }) => id))
  for (const { key } of server.keys) expect(stdout).not.toContain(key)
  expect(JSON.parse((await keys('list', '--json')).stdout)).toHaveLength(3)
})

test('create makes a restricted key with an end, and list shows both', async () => {
  const made = await keys('create', '--scopes', 'ledger:read,events:read', '--expires-in', '30d')
  expect([made.code, made.stdout]).toEqual([0, `${server.keys[0]?.key}\n`])
  expect(made.stdout).toMatch(/^rk_test_/)
  expect(server.keys[0]).toMatchObject({ scopes: ['ledger:read', 'events:read'], expires: 4_002_592_000 })
  expect(made.stderr).toContain('Created the restricted test key')
  expect(made.stderr).toContain('It may do: ledger:read, events:read.\nIt works until 2096-11-01 07:06 UTC.')
  const { stdout } = await keys('list')
  const row = stdout.split('\n').find((line) => line.startsWith(`${server.keys[0]?.id} `))
  expect(row).toMatch(/restricted +test .* ledger:read,events:read .* 2096-11-01 07:06 UTC$/)
  expect(stdout).toMatch(/ secret +live .* all /)
})

test('roll prints the new key alone on standard output, and says how long the old one works', async () => {
  const old = server.keys[0]
  const { code, stdout, stderr } = await keys('roll', old?.id ?? '', '--expires-in', '24h')
  const made = server.keys[0]
  expect([code, stdout, made?.rolled_from]).toEqual([0, `${made?.key}\n`, old?.id])
  expect(stderr).toContain(`Rolled ${old?.id} to ${made?.id}. The old key works until 2096-10-03 07:06 UTC.`)
  expect((await keys('list')).stdout).toContain(`rolled to ${made?.id}`)
})

test('commands at the same time do not spend one refresh token twice', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => keys('list', '--json')))
  expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(all.map(() => [0, '']))
  expect(server.openSessions()).toBe(1)
})

test('revoke revokes one; an unknown one ends with 4', async () => {
  const id = server.keys[0]?.id ?? ''
  expect((await keys('revoke', id)).stdout).toContain(`Revoked ${id}`)
  expect(server.keys[0]?.revoked).toBe(true)
  expect(await keys('revoke', 'key_unknown')).toMatchObject({ code: 4, stdout: '', stderr: 'Error: No such API key\n' })
})

test("rolling the device's own key gives it the new one", async () => {
  const own = server.keys.at(-1)
  const { code, stdout, stderr } = await keys('roll', own?.id ?? '')
  expect([code, stderr.includes('It was the key of this device')]).toEqual([0, true])
  expect(await readFile(join(home.path, '.micro.yaml'), 'utf8')).toContain(stdout.trim())
  expect((await runCli(['whoami'], { home: home.path })).code).toBe(0)
})

test("revoking the device's own key forgets it too", async () => {
  const own = server.keys.find(({ rolled_from }) => rolled_from === server.keys.at(-1)?.id)
  expect((await keys('revoke', own?.id ?? '')).stderr).toContain('Log in again')
  expect(await readFile(join(home.path, '.micro.yaml'), 'utf8')).not.toContain(own?.key)
})

test('an ended session says what to do', async () => {
  await runCli(['logout'], { home: home.path })
  expect(await keys('list')).toMatchObject({
    code: 3,
    stderr: 'Error: You are not logged in. Log in with: micro login\n',
  })
})
