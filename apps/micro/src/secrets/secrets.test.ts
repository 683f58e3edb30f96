import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthSecrets, createCheckpointKeys, createEncryptionKeys, parseAuthSecrets } from '@micro/signing'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../cli.fixture.ts'

const then = new Date(1_000_000_000_000)
let home: TemporaryDirectory
let folder: string
beforeEach(async () => {
  home = await temporaryDirectory()
  folder = join(home.path, '.micro', 'secrets')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'auth.json'), createAuthSecrets(then), { mode: 0o600 })
  await writeFile(join(folder, 'encryption.json'), createEncryptionKeys(then), { mode: 0o600 })
  await writeFile(join(folder, 'ledger.json'), createCheckpointKeys(then), { mode: 0o600 })
})
afterEach(() => home.remove())

const secrets = (...args: string[]) => runCli(['secrets', ...args], { home: home.path })
const authFile = () => readFile(join(folder, 'auth.json'), 'utf8')
const listed = async (...args: string[]) =>
  JSON.parse((await secrets('list', '--json', ...args)).stdout) as {
    kind: string
    id: string
    state: string
    created: number | null
  }[]

test('list shows kinds, ids, state and age, and no secret', async () => {
  const { code, stdout, stderr } = await secrets('list')
  expect([code, stderr]).toEqual([0, ''])
  const [heading, ...rows] = stdout.trim().split('\n')
  expect(heading).toMatch(/^KIND +ID +STATE +CREATED +AGE +FILE$/)
  expect(rows.map((row) => row.split(/ +/)[0])).toEqual(['pepper', 'jwt', 'encryption', 'checkpoint'])
  expect(stdout).toMatch(/pep_[0-9a-f]{12} +current +2001-09-09 +\d+ d +auth\.json/)
  const values = [...(await authFile()).matchAll(/"(?:secret|d|x)":"([^"]+)"/g)].map(([, value]) => value ?? '')
  expect(values).toHaveLength(3)
  for (const value of values) expect(stdout + JSON.stringify(await listed())).not.toContain(value)
})

test('a rotated file keeps its mode, nothing is left beside it, and what must be restarted is said', async () => {
  const path = join(folder, 'auth.json')
  await chmod(path, 0o400)
  const before = parseAuthSecrets(await authFile())
  const { code, stdout, stderr } = await secrets('rotate', 'jwt')
  const after = parseAuthSecrets(await authFile())
  expect(code).toBe(0)
  expect(stdout).toContain(after.jwtKeys.current.kid)
  expect(stderr).toContain('stop "micro up" and start it again')
  expect(stdout + stderr).not.toContain(after.jwtKeys.current.d)
  expect(after.jwtKeys.previous).toEqual([before.jwtKeys.current])
  expect(after.peppers).toEqual(before.peppers)
  expect((await stat(path)).mode & 0o777).toBe(0o400)
  expect((await readdir(folder)).toSorted()).toEqual(['auth.json', 'encryption.json', 'ledger.json'])
})

describe('rotations at once', () => {
  test('are refused while another is at it, and change nothing', async () => {
    await writeFile(join(folder, 'secrets.lock'), `${process.pid} 1`)
    const before = await authFile()
    const { code, stdout, stderr } = await secrets('rotate', 'pepper')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Another micro is changing')
    expect(await authFile()).toBe(before)
  })

  test('never lose a secret: each that succeeded is there', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => secrets('rotate', 'pepper', '--json')))
    const made = outcomes
      .filter(({ code }) => code === 0)
      .flatMap(({ stdout }) => (JSON.parse(stdout) as { ids: string[] }).ids)
    expect(made.length).toBeGreaterThan(0)
    const ids = (await listed()).filter(({ kind }) => kind === 'pepper').map(({ id }) => id)
    expect(ids).toHaveLength(made.length + 1)
    for (const id of made) expect(ids).toContain(id)
  })
})

// Some forty runs of the program.
const patience = { timeout: 120_000 }
test(
  'separate services: announce, rotate and prune, every kind, each in the files of those that need it',
  patience,
  async () => {
    const dir = join(home.path, 'separate services')
    expect((await secrets('init', '--dir', dir)).code).toBe(0)
    const states = async (kind: string) =>
      (await listed('--dir', dir)).filter((item) => item.kind === kind).map(({ state }) => state)
    expect(await states('encryption')).toEqual(['current', 'current'])
    for (const kind of ['jwt', 'encryption', 'checkpoint', 'tokens']) {
      const announced = await secrets('rotate', kind, '--dir', dir, '--announce')
      expect([kind, announced.code]).toEqual([kind, 0])
      expect(announced.stderr).toContain(`micro secrets rotate ${kind} --dir '${dir}'`)
      expect(await states(kind)).toContain('next')
      expect((await secrets('rotate', kind, '--dir', dir)).code).toBe(0)
      expect(await states(kind)).toContain('previous')
      expect((await secrets('prune', kind, '--dir', dir, '--force')).code).toBe(0)
      expect(new Set(await states(kind))).toEqual(new Set(['current']))
    }
    expect((await secrets('prune', 'tokens', '--dir', dir)).stdout).toContain('no earlier secret to drop: tokens')
  },
)

describe('prune', () => {
  test('of what nobody can be asked about refuses, says what would break, and changes nothing', async () => {
    for (const kind of ['pepper', 'encryption', 'checkpoint']) await secrets('rotate', kind)
    const before = await authFile()
    await writeFile(
      join(home.path, '.micro.yaml'),
      'gateway_url: http://127.0.0.1:1\nemail: dev@example.com\nrefresh_token: rt_1\n',
      { mode: 0o600 },
    )
    for (const [kind, message] of [
      ['pepper', 'Only a running Micro knows what is in use'],
      ['encryption', 'can never be read again'],
      ['checkpoint', 'keep its public key'],
    ] as const) {
      const { code, stderr } = await secrets('prune', kind)
      expect([kind, code]).toEqual([kind, 1])
      expect(stderr).toContain(message)
    }
    expect(await authFile()).toBe(before)
    const forced = await secrets('prune', 'pepper', '--force')
    expect([forced.code, forced.stderr]).toEqual([0, expect.stringContaining('stop working for good')])
    expect(parseAuthSecrets(await authFile()).peppers.previous).toEqual([])
  })
})

describe('a command that cannot work is one sentence', () => {
  for (const [args, code, message] of [
    [['rotate', 'tokens'], 2, 'name their folder with --dir'],
    [
      ['rotate', 'salt'],
      2,
      "Error: value 'salt' is invalid for argument 'kind'. Allowed choices are pepper, jwt, encryption, checkpoint, tokens",
    ],
    [['list', '--data-dir', '.micro', '--dir', 'x'], 2, 'cannot be used with'],
    [['list', '--dir', 'nowhere'], 1, 'There are no secrets at'],
    [['rotate', 'pepper', '--data-dir', 'nowhere'], 1, 'There are no secrets at'],
  ] as const)
    test(`micro secrets ${args.join(' ')}`, async () => {
      const outcome = await secrets(...args)
      expect([outcome.code, outcome.stdout]).toEqual([code, ''])
      expect(outcome.stderr).toContain(message)
    })

  test('and tells nothing of a file that is broken', async () => {
    const broken = (await authFile()).replace(/"d":"./, '"d":"!')
    await writeFile(join(folder, 'auth.json'), broken)
    const { code, stderr } = await secrets('rotate', 'jwt')
    expect([code, await authFile()]).toEqual([1, broken])
    expect(stderr).toContain('jwt_keys[].d is missing or malformed')
    expect(stderr).not.toContain(/"d":"(.{20})/.exec(broken)?.[1])
  })
})
