import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { eventually, newCertificate } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pay } from '../e2e/api.ts'
import { micro as openMicro, microProgram, start, temporaryDirectory, type Running } from '../e2e/harness.ts'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'
import { interrupt, openReceiver, stripeProgram } from './stripe-cli.fixture.ts'

/** Registers somebody over TLS, and prints their test key. */
const newKeyScript = `
  const call = async (path, body, token) =>
    (await fetch(process.argv[1] + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: 'Bearer ' + token }) },
      body: JSON.stringify(body),
    })).json()
  const login = { email: 'dev@example.com', password: 'securepassword' }
  await call('/auth/register', login)
  const { token } = await call('/auth/login', login)
  console.log((await call('/auth/api_keys', { environment: 'test' }, token)).key)`

let micro: Acceptance
let home: string
beforeAll(async () => {
  micro = await openAcceptance()
  home = await temporaryDirectory()
}, 180_000)
afterAll(() => micro?.stop())

const stripe = (args: readonly string[], env: Record<string, string> = {}): Running =>
  start(microProgram, ['stripe', ...args], {
    env: {
      PATH: `${dirname(stripeProgram)}:${process.env['PATH']}`,
      HOME: home,
      MICRO_API_KEY: micro.mine.key,
      // By name: Stripe's command line itself would refuse it.
      MICRO_GATEWAY_URL: micro.url.replace('127.0.0.1', 'localhost'),
      ...env,
    },
  })

test("micro stripe runs Stripe's command line with the key of this device, wherever Micro is", async () => {
  const { code, stdout } = await stripe(['get', '/v1/account']).ended
  expect(code).toBe(0)
  expect(stdout).toContain(micro.mine.email)
})

test('its exit code and its words are those of the command', async () => {
  const { code, stderr, stdout } = await stripe(['trigger', 'no.such.event']).ended
  expect(code).not.toBe(0)
  expect(stdout + stderr).toContain('no.such.event')
})

test('listening goes over it, too, and ends with Ctrl-C', async () => {
  const receiver = await openReceiver()
  const listening = stripe(['--', 'listen', '--skip-update', '--all-snapshot', '--forward-to', receiver.url])
  await eventually(() => expect(listening.stdout() + listening.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
  await pay(micro.mine.test)
  await eventually(() => expect(receiver.received).toHaveLength(3))
  await interrupt(listening)
  await receiver.close()
})

test('a Micro that is reached over TLS is listened to as well', async () => {
  const folder = await temporaryDirectory()
  const { cert, key } = newCertificate()
  const files = { MICRO_TLS_CERT_FILE: join(folder, 'cert.pem'), MICRO_TLS_KEY_FILE: join(folder, 'key.pem') }
  await writeFile(files.MICRO_TLS_CERT_FILE, cert)
  await writeFile(files.MICRO_TLS_KEY_FILE, key)
  const { url, stop } = await openMicro({ env: files })
  // The events are made by the command line, too: it alone is told to trust the certificate.
  const env = { MICRO_GATEWAY_URL: url, NODE_EXTRA_CA_CERTS: files.MICRO_TLS_CERT_FILE }
  const made = await start(process.execPath, ['--input-type=module', '-e', newKeyScript, url], { env }).ended
  const trusted = { ...env, MICRO_API_KEY: made.stdout.trim() }
  const receiver = await openReceiver()
  const listening = stripe(['--', 'listen', '--skip-update', '--all-snapshot', '--forward-to', receiver.url], trusted)
  await eventually(() => expect(listening.stdout() + listening.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
  const { code, stdout } = await stripe(['trigger', 'payment_intent.created'], trusted).ended
  expect(code, stdout).toBe(0)
  await eventually(() => expect(receiver.types()).toContain('payment_intent.created'))
  await interrupt(listening)
  await receiver.close()
  await stop()
}, 180_000)

test('where no Micro answers, it says so', async () => {
  const { stdout, stderr } = await stripe(['get', '/v1/account'], { MICRO_GATEWAY_URL: 'http://127.0.0.1:9' }).ended
  expect(stdout + stderr).toContain('There is no Micro at http://127.0.0.1:9')
})

test("where Stripe's command line is missing, it says how to get it", async () => {
  const node = dirname(process.execPath)
  const { code, stderr } = await stripe(['version'], { PATH: `${node}:/usr/bin:/bin` }).ended
  expect(code).toBe(1)
  expect(stderr).toContain('npm install -g @stripe/cli')
})
