import { execFileSync } from 'node:child_process'
import { chmod, lchown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createTokenSigner,
  createTokenVerifier,
  parseAuthSecrets,
  parseCheckpointKeys,
  parseEncryptionKeys,
} from '@micro/signing'
import { fakeClock, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../cli.fixture.ts'
import { callers, services } from './installation.ts'
import { giveTo } from './secret-file.ts'

let home: TemporaryDirectory
let dir: string
beforeEach(async () => {
  home = await temporaryDirectory()
  dir = join(home.path, 'secrets')
})
afterEach(() => home.remove())

const init = (...args: string[]) => runCli(['secrets', 'init', '--dir', dir, ...args], { home: home.path })

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()

const contents = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all((await filesIn(dir)).map(async (path) => [path, await readFile(path, 'utf8')] as const)),
  )

/** What a process is told that is started with the file, according to Node and not to us. */
const envOf = (service: string): Record<string, string> =>
  JSON.parse(
    execFileSync(process.execPath, [`--env-file=${join(dir, service, 'env')}`, '-p', 'JSON.stringify(process.env)'], {
      encoding: 'utf8',
      env: {},
    }),
  ) as Record<string, string>

const json = <T>(text: string | undefined): T => JSON.parse(text ?? '') as T

/** Everything in these files that must stay there. */
const secretsIn = (files: Record<string, string>): string[] =>
  Object.values(files).flatMap((text) => text.match(/(?<=(d|secret)":")[\w-]{43}|[\w-]{32}(?=@)|^[\w-]{32}$/g) ?? [])

test('each process gets what it needs and nothing else, readable as Node reads it, by its owner alone', async () => {
  const { code, stdout, stderr } = await init()
  expect(code).toBe(0)
  const files = await contents()
  for (const secret of secretsIn(files)) expect(stdout + stderr).not.toContain(secret)
  expect(secretsIn(files).length).toBeGreaterThan(20)
  for (const path of await filesIn(dir)) expect((await stat(path)).mode & 0o777, path).toBe(0o600)
  for (const folder of ['.', ...services, 'auth-db', 'payments-db', 'ledger-db', 'events-db', 'redis'])
    expect((await stat(join(dir, folder))).mode & 0o777, folder).toBe(0o700)

  const redisPassword = /^requirepass (\S{32})$/m.exec(await readFile(join(dir, 'redis', 'redis.conf'), 'utf8'))?.[1]
  for (const service of services) {
    const env = envOf(service)
    expect(env['REDIS_URL']).toBe(`redis://default:${redisPassword}@redis:6379`)
    expect(Object.keys(env).toSorted()).toEqual(
      [
        'MICRO_TOKEN_PRIVATE_KEY',
        'REDIS_URL',
        ...(service === 'gateway' ? [] : ['DB_DSN', 'MIGRATE_DSN', 'MICRO_TOKEN_PUBLIC_KEYS']),
        ...(service === 'auth' ? ['MICRO_AUTH_SECRETS'] : []),
        ...(service === 'payments' || service === 'events' ? ['MICRO_ENCRYPTION_KEYS'] : []),
        ...(service === 'ledger' ? ['MICRO_CHECKPOINT_KEYS'] : []),
      ].toSorted(),
    )
    if (service === 'gateway') continue
    const password = async (user: string) => readFile(join(dir, `${service}-db`, `${user}-password`), 'utf8')
    const database = service === 'auth' ? 'microservices' : service
    expect(env['DB_DSN']).toBe(`postgres://${service}_app:${await password('app')}@${service}-db:5432/${database}`)
    expect(env['MIGRATE_DSN']).toBe(
      `postgres://${service}_owner:${await password('owner')}@${service}-db:5432/${database}`,
    )
    expect(new Set([await password('app'), await password('owner'), await password('superuser')]).size).toBe(3)
  }
  expect(parseAuthSecrets(envOf('auth')['MICRO_AUTH_SECRETS'] ?? '').peppers.previous).toEqual([])
  expect(parseCheckpointKeys(envOf('ledger')['MICRO_CHECKPOINT_KEYS'] ?? '').previous).toEqual([])
  const keys = ['payments', 'events'].map((service) => envOf(service)['MICRO_ENCRYPTION_KEYS'] ?? '')
  expect(new Set(keys.map((text) => parseEncryptionKeys(text).current.id)).size).toBe(2)
})

test('a service believes its callers and nobody else', async () => {
  await init()
  const clock = fakeClock()
  for (const service of services.filter((each) => each !== 'gateway')) {
    const publicKeys = json<Record<string, []>>(envOf(service)['MICRO_TOKEN_PUBLIC_KEYS'])
    const verifier = createTokenVerifier({ audience: service, publicKeys, clock })
    for (const caller of services) {
      const privateKey = json<Parameters<typeof createTokenSigner>[0]['privateKey']>(
        envOf(caller)['MICRO_TOKEN_PRIVATE_KEY'],
      )
      const token = await createTokenSigner({ service: caller, privateKey, clock }).sign(service, {
        kind: 'service',
        service: caller,
      })
      expect((await verifier.verify(token))?.issuer).toBe(callers[service].includes(caller) ? caller : undefined)
    }
  }
})

describe('a second run', () => {
  test('changes nothing, also what an operator wrote', async () => {
    await init()
    const path = join(dir, 'auth', 'env')
    await writeFile(
      path,
      `# ours\n${(await readFile(path, 'utf8')).replace(/^DB_DSN=.*$/m, 'DB_DSN=postgres://db.example/x')}MICRO_FEE_FIXED=1`,
    )
    const before = await contents()
    const { code, stdout } = await init('--json')
    expect(code).toBe(0)
    expect(json<{ made: string[] }>(stdout).made).toEqual([])
    expect(await contents()).toEqual(before)
  })

  test('completes what a crash in the middle of the first left out', async () => {
    await init()
    const whole = await contents()
    await rm(join(dir, 'gateway', 'env'))
    await writeFile(join(dir, 'payments', 'env.new'), 'MICRO_TOK')
    const { stdout } = await init('--json')
    // The gateway's key is another one now, so those it calls are told.
    expect(json<{ made: string[] }>(stdout).made.toSorted()).toEqual(
      ['auth/env', 'events/env', 'gateway/env', 'ledger/env', 'payments/env'].toSorted(),
    )
    const { kid } = json<{ kid: string }>(envOf('gateway')['MICRO_TOKEN_PRIVATE_KEY'])
    for (const service of services.filter((each) => callers[each].includes('gateway'))) {
      const listed = json<Record<string, { kid: string }[]>>(envOf(service)['MICRO_TOKEN_PUBLIC_KEYS'])
      expect(listed['gateway']?.map((key) => key.kid)).toContain(kid)
    }
    const now = await contents()
    expect(Object.keys(now)).toEqual(Object.keys(whole))
    for (const path of [join(dir, 'ledger-db', 'app-password'), join(dir, 'redis', 'redis.conf')])
      expect(now[path]).toBe(whole[path])
  })

  test('at the same time as others makes one installation', async () => {
    await Promise.all(Array.from({ length: 3 }, () => init()))
    const before = await contents()
    await init()
    expect(await contents()).toEqual(before)
    expect((await readdir(dir)).filter((name) => name.endsWith('.lock'))).toEqual([])
  })
})

test('folders that others could enter are closed', async () => {
  await init()
  await chmod(join(dir, 'auth'), 0o755)
  await init()
  expect((await stat(join(dir, 'auth'))).mode & 0o777).toBe(0o700)
})

describe('a symbolic link that a service put in the place of', () => {
  test('its file is neither read nor followed', async () => {
    await init()
    const elsewhere = join(home.path, 'shadow')
    await writeFile(elsewhere, 'root:hash')
    await rm(join(dir, 'events', 'env'))
    await symlink(elsewhere, join(dir, 'events', 'env'))
    const { code, stderr } = await init()
    expect(code).toBe(1)
    expect(stderr).toContain('is a symbolic link')
    expect(await readFile(elsewhere, 'utf8')).toBe('root:hash')
  })

  test.skipIf(process.getuid?.() !== 0)(
    'its folder is neither closed, written into nor given away (needs root)',
    async () => {
      await init()
      const elsewhere = join(home.path, 'etc')
      await mkdir(elsewhere)
      await chmod(elsewhere, 0o755)
      await rm(join(dir, 'events'), { recursive: true })
      await symlink(elsewhere, join(dir, 'events'))
      await lchown(join(dir, 'events'), 1234, 5678)
      const { code, stderr } = await init('--owner', '1234:1')
      expect(code).toBe(1)
      expect(stderr).toContain('is a symbolic link')
      await expect(giveTo(join(dir, 'events'), { uid: 1234, gid: 1 })).rejects.toThrow('is a symbolic link')
      const { mode, uid, gid } = await stat(elsewhere)
      expect([mode & 0o777, uid, gid]).toEqual([0o755, process.getuid?.(), process.getgid?.()])
      expect(await readdir(elsewhere)).toEqual([])
    },
  )
})

test('a folder may lie elsewhere, by a link of whoever runs the command', async () => {
  await mkdir(join(home.path, 'volume'), { mode: 0o755 })
  await mkdir(dir)
  await symlink(join(home.path, 'volume'), join(dir, 'events'))
  expect((await init()).code).toBe(0)
  expect((await stat(join(home.path, 'volume'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(home.path, 'volume'))).toEqual(['env'])
})

test.skipIf(process.getuid?.() !== 0)('files are given to the owner named (needs root)', async () => {
  expect((await init('--owner', '1234:5678')).code).toBe(0)
  for (const path of [dir, join(dir, 'auth'), join(dir, 'auth', 'env'), join(dir, 'redis', 'redis.conf')]) {
    const { uid, gid } = await stat(path)
    expect([uid, gid]).toEqual([1234, 5678])
  }
  expect((await init('--owner', 'root')).code).toBe(2)
})
