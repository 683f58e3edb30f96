/** The drill: what a backup is for is shown by restoring it somewhere else, with everything of the first place gone. */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createDatabase } from '@micro/postgres'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay, type Merchant } from './api.ts'
import { micro, microProgram, removeTemporaryDirectories, start, temporaryDirectory, type Micro } from './harness.ts'
import { openListener } from './stream-listener.ts'
import { allOf, countBy, payOnce, payUntilCut, type Attempt } from './attempts.ts'

afterAll(removeTemporaryDirectories)

const run = async (...args: readonly string[]) => start(microProgram, args).ended
const backUp = async (dataDir: string) => {
  const file = join(await temporaryDirectory(), 'backup.tar.gz')
  const ended = await run('backup', '--data-dir', dataDir, '--output', file)
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
  return file
}

const destroy = async (platform: Micro): Promise<void> => {
  process.kill(platform.pid, 'SIGKILL')
  await platform.running.ended
  // Its PostgreSQL may live on for a moment, and write into what is being removed.
  await eventually(() => rm(platform.dataDir, { recursive: true, force: true }), { timeoutMs: 60_000 })
}

const secretsOf = async (dataDir: string) => {
  const read = (path: string) => readFile(join(dataDir, path), 'utf8')
  return {
    password: await read('postgres/secrets/superuser-password'),
    auth: await read('secrets/auth.json'),
    encryption: await read('secrets/encryption.json'),
    checkpoint: await read('secrets/ledger.json'),
  }
}

test('backed up under load, destroyed and restored elsewhere: every payment acknowledged before is there, once, and everything works on', async () => {
  const first = await micro()
  const merchant = await newMerchant(first.url)
  const attempts: Attempt[] = []
  const enough = new AbortController()
  const load = Promise.all(Array.from({ length: 6 }, () => payUntilCut(merchant.test, attempts, enough.signal)))
  const acknowledged = () => attempts.filter((attempt) => attempt.acknowledged)
  await eventually(() => expect(acknowledged().length).toBeGreaterThan(30), { timeoutMs: 60_000 })

  const before = acknowledged()
  const [seen] = (await merchant.test('GET', '/v1/events?limit=1')).body.data
  const file = await backUp(first.dataDir)
  // The platform went on working meanwhile.
  const during = acknowledged().length - before.length
  expect(during).toBeGreaterThan(0)
  enough.abort()
  await load
  const secrets = await secretsOf(first.dataDir)
  await destroy(first)
  expect((await stat(file)).mode & 0o777).toBe(0o600)

  const dataDir = join(await temporaryDirectory(), 'restored')
  const restored = await run('restore', file, '--data-dir', dataDir, '--json')
  expect({ code: restored.code, stderr: restored.stderr }).toEqual({ code: 0, stderr: '' })
  const told = JSON.parse(restored.stdout) as { ledger: { transactions: number; findings: unknown[] } }
  expect(told.ledger.findings).toEqual([])
  expect(told.ledger.transactions).toBeGreaterThanOrEqual(before.length)
  expect(await secretsOf(dataDir)).toEqual(secrets)

  const second = await micro({ dataDir })
  const call = caller(second.url, merchant.key)
  const intents = new Map((await allOf(call, '/v1/payment_intents')).map((intent) => [intent.id, intent]))
  for (const { intent } of before) expect(intents.get(intent ?? '')?.status).toBe('succeeded')
  const session = await caller(second.url, merchant.token)('GET', '/auth/me')
  expect(session.status).toBe(200)
  const { email, password } = merchant
  expect((await caller(second.url)('POST', '/auth/login', { body: { email, password } })).status).toBe(200)

  // Whoever retries what the backup does not have, under the same keys, makes it anew: once.
  // One that was under way at the backup's moment is held until its lease ends.
  const retried = async (attempt: Attempt) => expect(await payOnce(call, attempt)).toBe(true)
  for (const attempt of attempts) await eventually(() => retried(attempt), { timeoutMs: 60_000, everyMs: 250 })
  const charges = (await allOf(call, '/v1/payment_intents'))
    .filter(({ status }) => status === 'succeeded')
    .map((intent) => `micro:charge:${String(intent['latest_charge'])}`)
  expect(charges).toHaveLength(attempts.length)
  await eventually(
    async () => {
      const booked = await allOf(call, '/ledger/transactions')
      expect(countBy(booked.map((each) => String(each['reference_id'])))).toEqual(countBy(charges))
    },
    { timeoutMs: 60_000, everyMs: 250 },
  )

  // A client that had followed as far as an event in the backup misses none after it.
  const events = await allOf(call, '/v1/events')
  const after = events.length - events.findIndex(({ id }) => id === seen?.id)
  const listener = await openListener(second.url, { authorization: `Bearer ${merchant.key}` }, { after })
  await eventually(() => expect(listener.events().length).toBe(events.length - after), { timeoutMs: 60_000 })
  expect(listener.events().map(({ id }) => id)).toEqual(
    events
      .slice(0, events.length - after)
      .map(({ id }) => id)
      .toReversed(),
  )
  listener.socket.close()
  await second.stop()
}, 400_000)

describe('a restore', () => {
  let platform: Micro
  let merchant: Merchant
  let file: string
  beforeAll(async () => {
    platform = await micro()
    merchant = await newMerchant(platform.url)
    for (let at = 0; at < 3; at++) await pay(merchant.test)
    file = await backUp(platform.dataDir)
  }, 180_000)
  afterAll(() => platform.stop())

  /** What a refused restore says; the folder it was to go to, and those beside it, are as before. */
  const refusal = async (archive: string, dataDir: string) => {
    // Others work beside it.
    const namesakes = async () => (await readdir(dirname(dataDir))).filter((name) => name.startsWith(basename(dataDir)))
    const before = await namesakes()
    const ended = await run('restore', archive, '--data-dir', dataDir)
    expect(await namesakes()).toEqual(before)
    expect([ended.code, ended.stdout]).toEqual([1, ''])
    expect(ended.stderr.trim().split('\n')).toHaveLength(1)
    return ended.stderr
  }

  test('onto the directory of a platform that runs is refused, and disturbs nothing', async () => {
    expect(await refusal(file, platform.dataDir)).toContain('is not empty')
    expect((await pay(merchant.test)).body.status).toBe('succeeded')
  })
  test('onto a folder with anything in it is refused', async () => {
    const dataDir = await temporaryDirectory()
    await writeFile(join(dataDir, 'note'), 'precious')
    expect(await refusal(file, dataDir)).toContain('is not empty')
    expect(await readdir(dataDir)).toEqual(['note'])
  })
  test('into an empty folder works, and says book by book what the ledger holds', async () => {
    const dataDir = await temporaryDirectory()
    const ended = await run('restore', file, '--data-dir', dataDir)
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(ended.stdout).toMatch(
      /^ {2}acct_\w+ test: 3 transactions, head seq 3\nLedger verified: 1 book, 3 transactions, 9 entries\nRestored the backup of 20\S+Z to /,
    )
  })
  test('of a file that is cut short or changed leaves nothing behind', async () => {
    const whole = await readFile(file)
    const folder = await temporaryDirectory()
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(whole.length >> 1) ^ 1, whole.length >> 1)
    for (const [name, content] of [
      ['cut', whole.subarray(0, whole.length - 1000)],
      ['changed', damaged],
    ] as const) {
      const archive = join(await temporaryDirectory(), name)
      await writeFile(archive, content)
      expect(await refusal(archive, join(folder, 'restored'))).toMatch(
        /cannot be restored: .* Nothing was changed\.\n$/,
      )
    }
    expect(await readdir(folder)).toEqual([])
  })
  test('of no file at all is a sentence', async () => {
    expect(await refusal(join(platform.dataDir, 'none'), join(await temporaryDirectory(), 'x'))).toMatch(
      /^There is no backup .*none\.\n$/,
    )
  })
  test('twice at once to one place: one makes it, the other is told so', async () => {
    const dataDir = join(await temporaryDirectory(), 'restored')
    const ended = await Promise.all([1, 2].map(() => run('restore', file, '--data-dir', dataDir)))
    expect(ended.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expect(ended.find(({ code }) => code === 1)?.stderr).toMatch(/under way|is not empty/)
    expect(await readdir(join(dataDir, '..'))).toEqual(['restored'])
  })
  test('of a ledger that was tampered with ends with 1 and names the place', async () => {
    const { password } = await secretsOf(platform.dataDir)
    const url = new URL(platform.instance.databases.ledger.url)
    url.username = 'postgres'
    url.password = password
    const superuser = createDatabase({ url: url.href, applicationName: 'test', poolSize: 1 })
    await superuser.sql`alter table ledger.entries disable trigger user`
    await superuser.sql`update ledger.entries set amount = amount + 1 where seq = 2 and leg = 1`
    await superuser.close()
    const archive = await backUp(platform.dataDir)
    const ended = await run('restore', archive, '--data-dir', join(await temporaryDirectory(), 'restored'))
    expect(ended.code).toBe(1)
    expect(ended.stdout).toContain('Ledger IS WRONG')
    expect(ended.stdout).toMatch(
      /the entries of a transaction do not sum to zero in each currency and layer: first at lane \d+, book \d+, seq 2,/,
    )
  })
}, 180_000)

describe('a backup', () => {
  test('of a platform that was killed, or stopped, is one too, and two at once do not disturb each other', async () => {
    const platform = await micro()
    const merchant = await newMerchant(platform.url)
    const paid = await pay(merchant.test)
    const [one] = await Promise.all([backUp(platform.dataDir), backUp(platform.dataDir)])
    process.kill(platform.pid, 'SIGKILL')
    await platform.running.ended
    const files = [one, await backUp(platform.dataDir), await backUp(platform.dataDir)]
    for (const file of files) {
      const dataDir = join(await temporaryDirectory(), 'restored')
      expect((await run('restore', file, '--data-dir', dataDir)).code).toBe(0)
      const restored = await micro({ dataDir })
      const again = await caller(restored.url, merchant.key)('GET', `/v1/payment_intents/${paid.body.id}`)
      expect(again.body).toEqual(paid.body)
      await restored.stop()
    }
    // The place it was made of goes on as well.
    const after = await micro({ dataDir: platform.dataDir })
    expect((await pay(caller(after.url, merchant.key))).body.status).toBe('succeeded')
    await after.stop()
  }, 400_000)

  test('never takes the place of a file, and of nothing there is none', async () => {
    const folder = await temporaryDirectory()
    const none = await run('backup', '--data-dir', folder, '--output', join(folder, 'x'))
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/^There is no Micro in .*--data-dir\.\n$/)])
    expect(await readdir(folder)).toEqual([])
    await writeFile(join(folder, 'x'), 'precious')
    const taken = await run('backup', '--data-dir', folder, '--output', join(folder, 'x'))
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringMatching(/x exists already\./)])
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('precious')
  })

  test('that is interrupted leaves nothing behind', async () => {
    const platform = await micro()
    const cut = async () => {
      const folder = await temporaryDirectory()
      const backup = start(microProgram, ['backup', '--data-dir', platform.dataDir, '--output', join(folder, 'x')])
      await eventually(async () => expect(await readdir(folder)).not.toEqual([]), { everyMs: 5 })
      backup.child.kill('SIGTERM')
      const { code, stderr } = await backup.ended
      return { code, stderr, left: await readdir(folder) }
    }
    // On a busy machine it may be done before we look.
    const interrupted = await eventually(async () => {
      const ended = await cut()
      return ended.code !== 0 && ended
    })
    expect(interrupted).toEqual({ code: 1, stderr: 'Stopped.\n', left: [] })
    await platform.stop()
  }, 180_000)
})
