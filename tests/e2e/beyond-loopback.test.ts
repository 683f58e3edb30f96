import { writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { join } from 'node:path'
import { newCertificate } from '@micro/testing'
import { afterAll, expect, test } from 'vitest'
import { caller, newMerchant } from './api.ts'
import { micro, removeTemporaryDirectories, temporaryDirectory } from './harness.ts'

afterAll(removeTemporaryDirectories)
const everywhere = ['--host', '0.0.0.0']

test('where others reach it in clear, registration is closed, live keys are refused, and the start says so', async () => {
  const first = await micro({ args: everywhere })
  expect(first.running.stdout()).toContain('crosses the network in clear')
  const body = { email: 'stranger@example.com', password: 'securepassword' }
  expect((await caller(first.url)('POST', '/auth/register', { body })).body.error.code).toBe('registration_closed')
  await first.stop()

  const here = { MICRO_PUBLISHED_HOST: '127.0.0.1', MICRO_REGISTRATION: 'open' }
  const published = await micro({ args: everywhere, dataDir: first.dataDir, env: here })
  expect(published.running.stdout()).not.toContain('in clear')
  const merchant = await newMerchant(published.url)
  expect((await merchant.live('GET', '/v1/events')).status).toBe(200)
  await published.stop()

  const open = await micro({ args: everywhere, dataDir: first.dataDir, env: { MICRO_REGISTRATION: 'open' } })
  expect((await caller(open.url, merchant.key)('GET', '/v1/events')).status).toBe(200)
  const asLive = caller(open.url, merchant.liveKey)
  const inSession = caller(open.url, merchant.token)
  for (const headers of [{}, { 'x-forwarded-proto': 'https' }] as const)
    for (const refused of [
      await asLive('GET', '/v1/events', { headers }),
      // Nor is a new one shown to whoever listens.
      await inSession('POST', '/auth/api_keys', { body: { environment: 'live' }, headers }),
    ])
      expect([refused.status, refused.body.error.code]).toEqual([403, 'live_requires_tls'])
  await open.stop()
})

test('with a certificate it speaks https, and says so', async () => {
  const directory = await temporaryDirectory()
  const { cert, key } = newCertificate()
  const env = { MICRO_TLS_CERT_FILE: join(directory, 'cert.pem'), MICRO_TLS_KEY_FILE: join(directory, 'key.pem') }
  await writeFile(env.MICRO_TLS_CERT_FILE, cert)
  await writeFile(env.MICRO_TLS_KEY_FILE, key, { mode: 0o600 })
  const platform = await micro({ args: everywhere, env })
  expect(platform.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  expect(platform.running.stdout()).not.toContain('in clear')
  const answer = await new Promise<unknown[]>((resolve, reject) => {
    get(`${platform.url}/health`, { ca: cert, agent: false }, (response) => {
      response.resume()
      resolve([response.statusCode, response.headers['strict-transport-security']])
    }).on('error', reject)
  })
  expect(answer).toEqual([200, 'max-age=31536000'])
  await platform.stop()
})
