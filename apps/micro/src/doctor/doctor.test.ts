import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { inProcess } from '../in-process.fixture.ts'
import { httpServer } from '../gateway.fixture.ts'
import { health } from '../health.fixture.ts'
import type { Check } from './check.ts'
import { checkClock, checkNode } from './machine.ts'
import { checkPorts } from './ports.ts'
import { checkDatabases, checkRedis } from './server.ts'

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home.remove())

const env = () => ({ MICRO_CONFIG: join(home.path, '.micro.yaml') })
const doctor = async (...args: string[]) => {
  const { code, stdout } = await inProcess(['doctor', '--data-dir', join(home.path, 'data'), '--json', ...args], {
    env: env(),
  })
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] }
  return { code, ok, of: (name: string) => checks.find((check) => check.name === name) }
}

test('all that is well is said to be', async () => {
  await using server = await httpServer(({ path }) =>
    path === '/health'
      ? { status: 200, body: { ...health(), version: '1.2.3' } }
      : { status: 200, body: { email: 'dev@example.com', mode: 'test' } },
  )
  await writeFile(join(home.path, '.micro.yaml'), `gateway_url: ${server.url}\napi_key: sk_test_x\n`, { mode: 0o600 })
  const found = await doctor()
  // The clock of this fixture stands at 1970.
  for (const name of ['Node', 'Gateway', 'Versions', 'Databases', 'Redis', 'Credentials file', 'Login'])
    expect([name, found.of(name)?.status]).toEqual([name, 'ok'])
})

test('what is wrong is named with how to mend it, and ends with 1', async () => {
  const file = join(home.path, '.micro.yaml')
  await writeFile(file, 'gateway_url: http://127.0.0.1:1\napi_key: sk_test_x\n')
  await chmod(file, 0o644)
  await mkdir(join(home.path, 'data', 'secrets'), { recursive: true, mode: 0o755 })
  const found = await doctor()
  expect([found.code, found.ok]).toEqual([1, false])
  expect(found.of('Gateway')).toMatchObject({ status: 'problem', mend: 'Start it: micro up' })
  expect(found.of('Credentials file')).toMatchObject({
    status: 'problem',
    detail: `${file} can be read by others (644)`,
    mend: expect.stringContaining(`chmod 600 ${file}`) as string,
  })
  expect(found.of('Secrets')).toMatchObject({ status: 'problem' })
  for (const name of ['Versions', 'Databases', 'Redis', 'Login']) expect(found.of(name)?.status).toBe('skipped')
})

test('it reads well without --json, and never shows the key', async () => {
  await writeFile(join(home.path, '.micro.yaml'), 'api_key: sk_test_secret\ngateway_url: http://127.0.0.1:1\n', {
    mode: 0o600,
  })
  const { stdout, stderr } = await inProcess(['doctor', '--data-dir', home.path], { env: env() })
  expect(stdout).toMatch(/^CHECK +FINDING +DETAIL\nNode +ok /)
  expect(stdout).toContain('\nGateway: nothing answers as Micro at http://127.0.0.1:1\n  Start it: micro up\n')
  expect(stdout + stderr).not.toContain('sk_test_secret')
  expect(stderr).toMatch(/^Error: There (is 1 problem|are \d problems)\.\n$/)
})

describe('each finding', () => {
  for (const [version, want] of [
    ['20.20.0', 'problem'],
    ['22.17.1', 'problem'],
    ['22.18.0', 'ok'],
    ['23.11.0', 'problem'],
    ['24.1.0', 'problem'],
    ['24.2.0', 'ok'],
    ['26.0.0', 'ok'],
  ] as const)
    test(`Node ${version}: ${want}`, () => expect(checkNode(version).status).toBe(want))

  const clock = { now: () => new Date(1_800_000_000_000) }
  for (const [server, want] of [
    [undefined, 'ok'],
    [1_800_000_001, 'ok'],
    [1_800_000_010, 'warning'],
    [1_799_999_900, 'problem'],
  ] as const)
    test(`a server's time of ${server}: ${want}`, () => expect(checkClock(clock, server).status).toBe(want))
  test('a clock before this program was written: problem', () =>
    expect(checkClock({ now: () => new Date(0) }, undefined).status).toBe('problem'))

  test('a port in use is named, of a Micro that runs it is no problem', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()))
    const { port } = other.address() as AddressInfo
    expect(await checkPorts(false, { gateway: port, databases: [] })).toMatchObject({
      status: 'problem',
      detail: `${port} is in use by another program`,
    })
    expect((await checkPorts(true, { gateway: port })).status).toBe('ok')
    other.close()
  })

  test('a service without its database is a problem, one without Redis a warning', () => {
    const { services, ...rest } = health() as ReturnType<typeof health> & { status: 'ok' }
    const away = { status: 'unavailable', reason: 'The database does not answer.' }
    expect(checkDatabases({ ...rest, services: { ...services, ledger: away } })).toMatchObject({
      status: 'problem',
      detail: 'ledger: The database does not answer.',
    })
    expect(checkRedis({ ...rest, services, bus: { status: 'away', reason: 'Redis is away.' } })).toMatchObject({
      status: 'warning',
      detail: 'bus: Redis is away.',
    })
  })
})
