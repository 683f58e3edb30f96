import { randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { verifySignatureHeader } from '@micro/signing'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay, type Merchant } from './api.ts'
import { microProgram, start, temporaryDirectory, type Ended, type Running } from './harness.ts'
import { ready, receiver } from './listener.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let config: string
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  config = join(await temporaryDirectory(), 'micro.yaml')
})
afterAll(() => platform?.stop())

const cli = (args: readonly string[], options: { input?: string; config?: string } = {}): Running =>
  start(microProgram, [...args, '--config', options.config ?? config], {
    env: { MICRO_GATEWAY_URL: platform.url },
    ...(options.input === undefined ? {} : { input: options.input }),
  })
const ran = (args: readonly string[], options?: { input?: string; config?: string }): Promise<Ended> =>
  cli(args, options).ended

describe('logging in', () => {
  test('with a wrong password fails, says so on stderr and stores nothing', async () => {
    const { code, stdout, stderr } = await ran(['login', '--email', merchant.email, '--password-stdin'], {
      input: 'wrong password',
    })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('email or the password is wrong')
  })
  test('stores one key for this device in a file only its owner reads, and shows it nowhere', async () => {
    const { code, stdout, stderr } = await ran(['login', '--email', merchant.email, '--password-stdin'], {
      input: merchant.password,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await stat(config)).mode & 0o777).toBe(0o600)
    const key = /sk_test_\w+/.exec(await readFile(config, 'utf8'))![0]
    expect(stdout).not.toContain(key)
    expect((await caller(platform.url, key)('GET', '/auth/me')).body['email']).toBe(merchant.email)
  })
  test('again reuses that key', async () => {
    const before = await readFile(config, 'utf8')
    await ran(['login', '--email', merchant.email, '--password-stdin'], { input: merchant.password })
    const keyIn = (text: string) => /sk_test_\w+/.exec(text)![0]
    expect(keyIn(await readFile(config, 'utf8'))).toBe(keyIn(before))
  })
  test('lets whoami and keys tell who it is', async () => {
    expect((await ran(['whoami'])).stdout).toContain(merchant.email)
    const listed = JSON.parse((await ran(['keys', 'list', '--json'])).stdout) as { name: string | null }[]
    expect(listed.length).toBeGreaterThanOrEqual(3)
  })
})

describe('listening', () => {
  test('forwards every event of a payment, signed, in order, and reports the answer', async () => {
    const { url, received, close } = await receiver()
    const listener = cli(['listen', '--forward-to', url])
    await ready(listener)
    const secret = /whsec_\w+/.exec(listener.stdout())![0]
    await pay(merchant.test)
    await eventually(() => expect(received).toHaveLength(3))
    const types = received.map(({ event }) => event.type)
    expect(types.indexOf('payment_intent.created')).toBeLessThan(types.indexOf('payment_intent.succeeded'))
    expect(types).toContain('charge.succeeded')
    const now = Math.floor(Date.now() / 1000)
    for (const { headers, body } of received) {
      expect(verifySignatureHeader({ header: String(headers['stripe-signature']), payload: body, secret, now })).toBe(
        true,
      )
    }
    await eventually(() => expect(listener.stdout().match(/\[200\] POST/g)).toHaveLength(3))
    listener.child.kill('SIGINT')
    expect((await listener.ended).code).toBe(0)
    close()
  })

  test('with trigger: an event of the kind asked for arrives', async () => {
    const { url, received, close } = await receiver()
    const listener = cli(['listen', '--forward-to', url])
    await ready(listener)
    const { code, stderr } = await ran(['trigger', 'payment_intent.succeeded'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await eventually(() => expect(received.map(({ event }) => event.type)).toContain('payment_intent.succeeded'))
    listener.child.kill('SIGINT')
    await listener.ended
    close()
  })

  test('says what went wrong when the local server fails', async () => {
    const { url, close } = await receiver(500)
    const listener = cli(['listen', '--forward-to', url])
    await ready(listener)
    await pay(merchant.test)
    await eventually(() => {
      expect(listener.stdout()).toContain('[500] POST')
      expect(listener.stdout() + listener.stderr()).toContain('it broke')
    })
    listener.child.kill('SIGINT')
    await listener.ended
    close()
  })

  test('without being logged in ends with an error, not with silence', async () => {
    const { code, stderr } = await ran(['listen'], { config: join(await temporaryDirectory(), 'empty.yaml') })
    expect(code).toBe(3)
    expect(stderr).toMatch(/micro login/)
  })
})

test('keys are created, shown once and revoked', async () => {
  const name = `ci ${randomUUID()}`
  const { stdout } = await ran(['keys', 'create', '--environment', 'test', '--name', name, '--json'])
  const created = JSON.parse(stdout) as { id: string; key: string }
  expect((await caller(platform.url, created.key)('GET', '/v1/payment_intents')).status).toBe(200)
  expect((await ran(['keys', 'revoke', created.id])).code).toBe(0)
  await eventually(async () =>
    expect((await caller(platform.url, created.key)('GET', '/v1/payment_intents')).status).toBe(401),
  )
})

test('keys are restricted, end, and are rolled with a grace', async () => {
  const created = await ran(['keys', 'create', '--scopes', 'events:read', '--expires-in', '1d12h'])
  expect([created.code, created.stdout]).toEqual([0, expect.stringMatching(/^rk_test_\w{38}\n$/)])
  const [, id = ''] = /test key (key_\w+)/.exec(created.stderr) ?? []
  const rolled = await ran(['keys', 'roll', id, '--expires-in', '2h'])
  expect([rolled.code, rolled.stderr]).toEqual([0, expect.stringMatching(/The old key works until .* UTC\./)])
  for (const key of [created.stdout.trim(), rolled.stdout.trim()]) {
    expect((await caller(platform.url, key)('GET', '/v1/events')).status).toBe(200)
    expect((await caller(platform.url, key)('GET', '/ledger/accounts')).status).toBe(403)
  }
  const again = await ran(['keys', 'roll', id])
  expect([again.code, again.stderr]).toEqual([5, expect.stringContaining('was rolled to key_')])
  expect((await ran(['keys', 'list'])).stdout).toMatch(new RegExp(`${id} .*restricted .* events:read .*rolled to key_`))
})

test('logging out revokes the device’s key', async () => {
  const key = /sk_test_\w+/.exec(await readFile(config, 'utf8'))![0]
  expect((await ran(['logout'])).code).toBe(0)
  expect(await readFile(config, 'utf8')).not.toContain('sk_test_')
  await eventually(async () => expect((await caller(platform.url, key)('GET', '/auth/me')).status).toBe(401))
})

test('an unknown command is a usage error with a hint', async () => {
  const { code, stderr } = await ran(['lisen'])
  expect(code).not.toBe(0)
  expect(stderr).toContain('listen')
})
