import { systemClock } from '@micro/kernel'
import { createTokenSigner, newTokenKey, type TokenPrivateKey } from '@micro/signing'
import { eventually, freePort, redisAvailable } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay, type Merchant } from './api.ts'
import { names, startDistributed, type Distributed } from './distributed.fixture.ts'
import { start } from './harness.ts'

const services = ['auth', 'payments', 'ledger', 'events'] as const

describe.skipIf(!redisAvailable())('five processes', { timeout: 180_000 }, () => {
  let world: Distributed
  let merchant: Merchant

  beforeAll(async () => {
    world = await startDistributed()
    // At once, as an operator's machine would: each waits for nobody.
    await Promise.all(names.map(world.run))
    merchant = await newMerchant(world.urls.gateway)
  }, 180_000)
  afterAll(() => world?.stop(), 180_000)

  const paidOnce = async (): Promise<void> => {
    const paid = await pay(merchant.test)
    expect([paid.status, paid.body.status]).toEqual([200, 'succeeded'])
    const reference = encodeURIComponent(`micro:charge:${String(paid.body['latest_charge'])}`)
    await eventually(async () => {
      const booked = await merchant.test('GET', `/ledger/transactions?reference_id=${reference}`)
      expect(booked.body.data).toHaveLength(1)
    })
    await eventually(async () => {
      const { body } = await merchant.test('GET', '/v1/events?limit=100')
      const events = body.data.filter(
        ({ type, data }) => type === 'payment_intent.succeeded' && data.object.id === paid.body.id,
      )
      expect(events).toHaveLength(1)
    })
  }

  test('a payment goes through the gateway to the ledger and its events, once each', paidOnce)

  test('what happens in the ledger goes to its events, too', async () => {
    const account = await merchant.test('POST', '/ledger/accounts', {
      body: { id: 'till', name: 'Till', type: 'asset' },
    })
    expect(account.status).toBe(201)
    await eventually(async () => {
      const { body } = await merchant.test('GET', '/v1/events?type=ledger.account.created')
      expect(body.data.map(({ data }) => data.object)).toEqual([account.body])
    })
  })

  test('the gateway says that all is well', async () => {
    // A limiter that once waited too long for Redis says so until its next question is answered.
    await eventually(async () => {
      const { status, body } = await caller(world.urls.gateway)('GET', '/health')
      expect([status, body.status]).toEqual([200, 'ok'])
    })
  })

  test("a client's mistakes are answered as they are in one process", async () => {
    const anyone = caller(world.urls.gateway)
    const wrong = await anyone('POST', '/auth/login', { body: { email: merchant.email, password: 'wrong-password' } })
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'login_invalid'])
    expect((await anyone('GET', '/v1/events')).status).toBe(401)
    const missing = await merchant.test('GET', '/v1/payment_intents/pi_none')
    expect([missing.status, missing.body.error.code, missing.headers.get('request-id')]).toEqual([
      404,
      'resource_missing',
      expect.stringMatching(/^req_/),
    ])
    expect((await merchant.test('GET', '/internal/outbox')).status).toBe(404)
  })

  test("an operator's routes open to the first user, who can shut somebody out of every process", async () => {
    const other = await newMerchant(world.urls.gateway)
    const list = (each: Merchant) => each.session('GET', '/auth/operator/users')
    const refused = await list(other)
    expect([refused.status, refused.body.error.code]).toEqual([403, 'operator_required'])
    const { status, body } = await list(merchant)
    expect([status, body.data.length]).toEqual([200, 2])
    expect((await other.test('GET', '/ledger/accounts')).status).toBe(200)
    await merchant.session('POST', `/auth/operator/users/${body.data[0]?.id}`, { body: { disabled: true } })
    const timeoutMs = 5_000
    await eventually(async () => expect((await other.test('GET', '/ledger/accounts')).status).toBe(401), { timeoutMs })
    const log = await merchant.session('GET', '/auth/operator/audit_log?limit=1')
    expect(log.body.data[0]).toMatchObject({ action: 'user.disabled', client_ip: '127.0.0.1' })
  })

  test('a gateway that others can reach refuses live keys in clear, unless its port is published on loopback', async () => {
    for (const [published, want] of [
      ['0.0.0.0', 403],
      ['127.0.0.1', 200],
    ] as const) {
      const port = await freePort()
      const env = {
        ...world.envOf('gateway'),
        HOST: '0.0.0.0',
        PORT: String(port),
        MICRO_PUBLISHED_HOST: published,
      }
      const gateway = start(process.execPath, ['services/gateway/src/main.ts'], { env })
      const [url, timeoutMs] = [`http://127.0.0.1:${port}`, 20_000]
      await eventually(async () => (await fetch(`${url}/livez`)).ok, { timeoutMs })
      expect((await caller(url, merchant.key)('GET', '/v1/events')).status).toBe(200)
      expect((await caller(url, merchant.liveKey)('GET', '/v1/events')).status).toBe(want)
      gateway.child.kill('SIGTERM')
      expect((await gateway.ended).stdout.includes('gateway.listens_in_clear')).toBe(want === 403)
    }
  })

  const inside: Record<(typeof services)[number], readonly [string, string]> = {
    auth: ['POST', '/internal/credentials/verify'],
    payments: ['GET', '/internal/outbox'],
    ledger: ['POST', '/internal/transactions'],
    events: ['GET', '/internal/stream?merchant=acct_1&mode=test&after=0'],
  }
  const tokenOf = (service: string, privateKey: TokenPrivateKey, audience: string) =>
    createTokenSigner({ service, privateKey, clock: systemClock }).sign(
      audience,
      service === 'gateway' ? undefined : { kind: 'service', service: 'payments' },
    )

  for (const service of services) {
    const refusal = async (token: string | undefined): Promise<[number, string | undefined]> => {
      const [method, path] = inside[service]
      const headers = { 'x-merchant': 'acct_1', 'micro-request-id': 'req_1', 'x-user-id': 'usr_1' }
      const answer = await caller(world.urls[service], token)(method, path, {
        headers,
        ...(method === 'POST' ? { body: {} } : {}),
      })
      return [answer.status, answer.body.error.code]
    }
    const unknown = [401, 'internal_token_invalid'] as const

    test(`${service} refuses whoever brings no token, an API key, a made-up token, or one for another service`, async () => {
      const other = service === 'auth' ? 'ledger' : 'auth'
      const forged = tokenOf('gateway', { ...newTokenKey('gateway'), kid: world.keys.gateway.kid }, service)
      for (const token of [
        undefined,
        merchant.key,
        merchant.token,
        'e30.e30.e30',
        await forged,
        await tokenOf('gateway', world.keys.gateway, other),
      ])
        expect(await refusal(token)).toEqual(unknown)
    })
  }

  test("payments' key opens no events and no credentials, and no caller of a public route gets inside", async () => {
    const call = async (service: 'auth' | 'events', token: string) => {
      const [method, path] = inside[service]
      const body = { credential: 'sk_test_nobodys' }
      return (await caller(world.urls[service], token)(method, path, method === 'POST' ? { body } : {})).status
    }
    // Payments tell auth what is to be put on record, and ask it nothing.
    for (const [service, refused] of [
      ['auth', 403],
      ['events', 401],
    ] as const) {
      expect(await call(service, await tokenOf('payments', world.keys.payments, service))).toBe(refused)
      expect(await call(service, await tokenOf('gateway', world.keys.gateway, service))).toBe(403)
    }
  })

  describe('a token caught on its way', () => {
    const merchantToken = (audience: string, ageMs = 0) =>
      createTokenSigner({
        service: 'gateway',
        privateKey: world.keys.gateway,
        clock: { now: () => new Date(Date.now() - ageMs) },
      }).sign(audience, { kind: 'api_key', merchant: 'acct_caught', mode: 'test', keyId: 'key_caught', scopes: ['*'] })
    const ask = async (service: (typeof services)[number], token: string, [method, path]: readonly [string, string]) =>
      (await caller(world.urls[service], token)(method, path, method === 'POST' ? { body: {} } : {})).status

    test('opens nothing between services, whatever the path, and no other service', async () => {
      for (const service of services) {
        expect(await ask(service, await merchantToken(service), inside[service])).toBe(403)
        for (const other of services.filter((each) => each !== service))
          expect(await ask(other, await merchantToken(service), inside[other])).toBe(401)
      }
    })
    test('opens what its own merchant could ask for until its 30 seconds are over, and nothing before or after', async () => {
      const list = ['GET', '/v1/payment_intents'] as const
      expect(await ask('payments', await merchantToken('payments'), list)).toBe(200)
      for (const ageMs of [120_000, -120_000])
        expect(await ask('payments', await merchantToken('payments', ageMs), list)).toBe(401)
    })
    test('is not accepted by the gateway, which makes them', async () => {
      expect(
        (await caller(world.urls.gateway, await merchantToken('payments'))('GET', '/v1/payment_intents')).status,
      ).toBe(403)
      expect((await caller(world.urls.gateway, await merchantToken('auth'))('GET', '/auth/me')).status).toBe(401)
    })
  })

  for (const service of services)
    test(`while ${service} is gone its requests are answered 503 with Retry-After, and again as before once it is back`, async () => {
      const ask = {
        // A credential nobody has seen yet: known ones are believed for some seconds without auth.
        auth: () =>
          caller(world.urls.gateway)('POST', '/auth/login', {
            body: { email: merchant.email, password: merchant.password },
          }),
        payments: () => merchant.test('GET', '/v1/payment_intents'),
        ledger: () => merchant.test('GET', '/ledger/accounts'),
        events: () => merchant.test('GET', '/v1/events'),
      }[service]
      await world.end(service, 'SIGKILL')
      for (let tries = 0; tries < 3; tries++) {
        const answer = await ask()
        expect([answer.status, answer.body.error.code, answer.headers.get('retry-after')]).toEqual([
          503,
          'upstream_unavailable',
          '1',
        ])
      }
      await world.run(service)
      expect((await ask()).status).toBe(200)
      await paidOnce()
    })

  test('a payment made while the ledger is gone is booked once it is back', async () => {
    await world.end('ledger', 'SIGKILL')
    const paid = await pay(merchant.test)
    expect(paid.body.status).toBe('succeeded')
    await world.run('ledger')
    const reference = encodeURIComponent(`micro:charge:${String(paid.body['latest_charge'])}`)
    await eventually(
      async () => {
        const booked = await merchant.test('GET', `/ledger/transactions?reference_id=${reference}`)
        expect(booked.body.data).toHaveLength(1)
      },
      { timeoutMs: 60_000 },
    )
  })

  test('each process ends in order when asked, and its log holds no secret', async () => {
    for (const name of ['gateway', 'events', 'payments', 'ledger', 'auth'] as const) {
      const ended = await world.end(name, 'SIGTERM')
      expect({ name, code: ended.code, signal: ended.signal, stderr: ended.stderr }).toEqual({
        name,
        code: 0,
        signal: null,
        stderr: '',
      })
      expect(ended.stdout).toContain('service.stopped')
      for (const secret of [merchant.key, merchant.token, merchant.password, world.keys[name].d])
        expect(ended.stdout).not.toContain(secret)
    }
  })

  test('wrong settings are told all at once, a taken port in a sentence', async () => {
    const { stderr, code } = await start(process.execPath, ['services/ledger/src/main.ts'], { env: { PORT: 'x' } })
      .ended
    expect(code).toBe(2)
    for (const name of ['PORT', 'DB_DSN', 'REDIS_URL', 'MICRO_TOKEN_PRIVATE_KEY', 'MICRO_TOKEN_PUBLIC_KEYS'])
      expect(stderr).toContain(`  - ${name} `)
    await world.run('ledger')
    const second = await start(process.execPath, ['services/ledger/src/main.ts'], { env: world.envOf('ledger') }).ended
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(/^ledger cannot start: Port \d+ on 127\.0\.0\.1 is taken by another program\.\n$/),
    ])
  })
})
