import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '@micro/testing'
import { isSealedUnderCurrent, open, parseEncryptionKeys, seal } from '@micro/signing'
import { caller, newMerchant, type Merchant } from './api.ts'
import { micro, microProgram, removeTemporaryDirectories, start, temporaryDirectory, type Micro } from './harness.ts'

let home: string
let dataDir: string
let platform: Micro
let merchant: Merchant
/** What the commands printed, to be searched for secrets at the end. */
let printed = ''

const run = async (...args: string[]) => {
  const ended = await start(microProgram, args, { env: { HOME: home, MICRO_GATEWAY_URL: platform.url } }).ended
  printed += ended.stdout + ended.stderr
  return ended
}
const secrets = (...args: string[]) => run('secrets', ...args, '--data-dir', dataDir)
const succeed = async (...args: string[]) => {
  const ended = await secrets(...args)
  expect({ args, code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({
    args,
    code: 0,
    stderr: '',
  })
  return ended
}
const secretFile = (name: string) => readFile(join(dataDir, 'secrets', name), 'utf8')
const restart = async () => {
  await platform.stop()
  platform = await micro({ dataDir })
}
const works = async (credential: string): Promise<number> =>
  (await caller(platform.url, credential)('GET', '/auth/me')).status
const logIn = async () => {
  const args = ['login', '--email', merchant.email, '--password-stdin', '--gateway-url', platform.url]
  const ended = await start(microProgram, args, { env: { HOME: home }, input: merchant.password }).ended
  expect(ended.code).toBe(0)
}
const token = async (): Promise<string> => {
  const { email, password } = merchant
  return String((await caller(platform.url)('POST', '/auth/login', { body: { email, password } })).body['token'])
}

beforeAll(async () => {
  home = await temporaryDirectory()
  platform = await micro()
  dataDir = platform.dataDir
  merchant = await newMerchant(platform.url)
  await logIn()
})
/** For tests that start the platform again, in ms. */
const restartsTimeoutMs = 180_000

afterAll(async () => {
  await platform.stop()
  await removeTemporaryDirectories()
})

test('the first start makes every ring, for its owner alone', async () => {
  const folder = join(dataDir, 'secrets')
  expect((await readdir(folder)).toSorted()).toEqual(['auth.json', 'encryption.json', 'ledger.json'])
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600)
})

test(
  'a key outlives the pepper it was made under: rotated, used, pruned, and it still works',
  { timeout: restartsTimeoutMs },
  async () => {
    const { stdout } = await succeed('rotate', 'pepper')
    const fresh = /pep_[0-9a-f]{12}/.exec(stdout)?.[0]
    const early = await secrets('prune', 'pepper')
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('was not restarted since the rotation')])

    await restart()
    await logIn()
    // Other keys of this installation, such as the command line's own, still need the old one.
    const refused = await secrets('prune', 'pepper')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('still need an earlier pepper')])
    expect(JSON.parse(await secretFile('auth.json'))).toMatchObject({ peppers: [{ id: fresh }, {}] })

    const session = caller(platform.url, await token())
    for (const { id } of (await session('GET', '/auth/api_keys')).body.data)
      if (id !== merchant.keyId) await session('DELETE', `/auth/api_keys/${id}`)
    expect(await works(merchant.key)).toBe(200)
    // The use, and the new hash with it, is stored within 10 s.
    await eventually(async () => expect((await secrets('prune', 'pepper')).code).toBe(0), { timeoutMs: 60_000 })
    expect(JSON.parse(await secretFile('auth.json'))).toMatchObject({ peppers: [{ id: fresh }] })

    await restart()
    expect(await works(merchant.key)).toBe(200)
    expect((await succeed('list')).stdout).toContain(String(fresh))
  },
)

test(
  'a session outlives the rotation of the key that signed it, and ends when that key is dropped',
  { timeout: restartsTimeoutMs },
  async () => {
    const before = await token()
    await succeed('rotate', 'jwt')
    await restart()
    await logIn()
    const after = await token()
    expect([await works(before), await works(after)]).toEqual([200, 200])

    const refused = await secrets('prune', 'jwt')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/may live for another \d+ s/)])
    expect(await works(before)).toBe(200)
    await succeed('prune', 'jwt', '--force')
    await restart()
    expect([await works(before), await works(after)]).toEqual([401, 200])
  },
)

test('sealed text survives the rotation of its key, and opens in no other row', async () => {
  const ring = async () => parseEncryptionKeys(await secretFile('encryption.json'))
  const [here, there] = ['we_1', 'we_2'].map((row) => ({ tenant: 'acct_1/test', row, purpose: 'endpoint_secret' }))
  const before = await ring()
  const [mine, theirs] = [seal(before, here!, 'whsec_mine'), seal(before, there!, 'whsec_theirs')]
  await succeed('rotate', 'encryption')
  const after = await ring()
  expect([open(after, here!, mine), open(after, there!, theirs)]).toEqual(['whsec_mine', 'whsec_theirs'])
  expect(isSealedUnderCurrent(after, mine)).toBe(false)
  for (const keys of [before, after]) {
    expect(() => open(keys, there!, mine)).toThrow()
    expect(() => open(keys, here!, theirs)).toThrow()
  }
})

test('only an operator is told what is in use', async () => {
  const other = await newMerchant(platform.url)
  for (const call of [other.session, other.test, caller(platform.url, merchant.key), caller(platform.url)]) {
    const { status, body } = await call('GET', '/auth/operator/secrets')
    expect([401, 403]).toContain(status)
    expect(body['peppers']).toBeUndefined()
  }
})

describe('a platform does not start', () => {
  const refusal = async () => start(microProgram, ['up', '--port', '0', '--data-dir', dataDir]).ended

  test('on secrets that others may read, and says how to close them', { timeout: restartsTimeoutMs }, async () => {
    const path = join(dataDir, 'secrets', 'auth.json')
    await platform.stop()
    await chmod(path, 0o644)
    const { code, stderr } = await refusal()
    expect([code, stderr]).toEqual([1, expect.stringContaining(`chmod 600 '${path}'`)])
    await chmod(path, 0o600)
    platform = await micro({ dataDir })
  })

  test('and neither does a service that is given such a file', { timeout: restartsTimeoutMs }, async () => {
    const dir = join(await temporaryDirectory(), 'secrets')
    expect((await run('secrets', 'init', '--dir', dir)).code).toBe(0)
    const path = join(dir, 'ledger', 'env')
    const args = [`--env-file=${path}`, 'services/ledger/src/main.ts']
    const nowhere = (await readFile(path, 'utf8')).replace(/@(ledger-db:5432|redis:6379)/g, '@127.0.0.1:1')
    await writeFile(path, nowhere)
    await chmod(path, 0o640)
    const { code, stderr } = await start(process.execPath, args).ended
    expect([code, stderr]).toEqual([2, expect.stringContaining(`chmod 600 '${path}'`)])
    // Closed, it is read: what is wrong now is that no database answers there.
    await chmod(path, 0o600)
    const closed = await start(process.execPath, args).ended
    expect([closed.code, closed.stderr]).toEqual([1, expect.stringContaining('ledger')])
    expect(closed.stderr).not.toContain('chmod')
    expect(closed.stderr).not.toContain('MICRO_TOKEN')
  })
})

test('nothing that was printed or logged holds a secret', async () => {
  const files = await Promise.all(['auth.json', 'encryption.json', 'ledger.json'].map(secretFile))
  const values = files.flatMap((text) =>
    [...text.matchAll(/"(?:secret|d)":"([^"]+)"/g)].map(([, value]) => value ?? ''),
  )
  expect(values.length).toBeGreaterThanOrEqual(4)
  const log = await readFile(/Log\s+(\S+)/.exec(platform.running.stdout())?.[1] ?? '', 'utf8')
  for (const value of values)
    for (const text of [printed, log, platform.running.stdout()]) expect(text).not.toContain(value)
})
