import { connect } from 'node:net'
import { closeCodes } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../gateway.fixture.ts'
import { openStream, refusedStream } from './stream.fixture.ts'

let world: World
afterEach(() => world.stop())

const ready = { resume: null } as const

describe('the upgrade is judged before it is granted', () => {
  test('without a key, with a bad, revoked or wrong-kind one: an HTTP answer in the envelope', async () => {
    world = await startWorld()
    const unknown = world.auth.issue()
    world.auth.holders.delete(unknown)
    const session = world.auth.logIn()
    expect(await refusedStream(world, {})).toMatchObject({
      status: 401,
      code: 'api_key_missing',
      headers: { 'request-id': /^req_/ },
    })
    expect(await refusedStream(world, { authorization: 'Bearer sk_test_x' })).toMatchObject({
      status: 401,
      code: 'api_key_invalid',
    })
    expect(await refusedStream(world, { authorization: `Bearer ${unknown}` })).toMatchObject({
      status: 401,
      code: 'api_key_invalid',
    })
    expect(await refusedStream(world, { authorization: `Bearer ${session}` })).toMatchObject({
      status: 403,
      code: 'secret_key_required',
    })
  })

  test('a restricted key needs events:read', async () => {
    world = await startWorld()
    const without = world.auth.issue('acct_a', 'test', ['payments:write', 'ledger:write'])
    expect(await refusedStream(world, { authorization: `Bearer ${without}` })).toMatchObject({
      status: 403,
      code: 'more_permissions_required',
    })
    await openStream(world, world.auth.issue('acct_a', 'test', ['events:read']))
  })

  test('a key in the URL, a foreign page, a rebound name, another path', async () => {
    world = await startWorld()
    const key = world.auth.issue()
    const authorization = `Bearer ${key}`
    expect(await refusedStream(world, {}, `/ws?api_key=${key}`)).toMatchObject({
      status: 400,
      code: 'parameter_invalid',
    })
    expect(await refusedStream(world, { authorization, origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      code: 'origin_not_allowed',
    })
    expect(await refusedStream(world, { authorization, host: 'rebound.evil.example' })).toMatchObject({ status: 421 })
    expect(await refusedStream(world, { authorization }, '/wsx')).toMatchObject({ status: 404 })
    expect(await refusedStream(world, { authorization }, '/v1/events')).toMatchObject({ status: 404 })
  })

  test('auth or events down is a 503 with Retry-After', async () => {
    world = await startWorld({ deps: { events: { readEventStream: () => Promise.reject(new Error('down')) } } })
    const authorization = `Bearer ${world.auth.issue()}`
    expect(await refusedStream(world, { authorization })).toMatchObject({
      status: 503,
      code: 'upstream_unavailable',
      headers: { 'retry-after': '1' },
    })
    world.auth.state.down = true
    expect(await refusedStream(world, { authorization: `Bearer ${world.auth.issue()}` })).toMatchObject({
      status: 503,
      code: 'upstream_unavailable',
    })
  })

  test('connections per key are bounded; a closed one makes room, and a refused handshake took none', async () => {
    world = await startWorld({ config: { stream: { connectionsPerKeyMax: 2 } } })
    const key = world.auth.issue()
    await world.raw(
      `GET /ws HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
    )
    const first = await openStream(world, key)
    await openStream(world, key)
    expect(await refusedStream(world, { authorization: `Bearer ${key}` })).toMatchObject({
      status: 429,
      code: 'stream_limit',
    })
    await openStream(world, world.auth.issue())
    first.socket.close()
    await first.closed
    await eventually(() => openStream(world, key))
  })
})

test('a client that leaves while its upgrade is judged gives its seat back', async () => {
  const gate = Promise.withResolvers<void>()
  let reads = 0
  const readEventStream = async () => {
    reads++
    await gate.promise
    return { head_seq: 0, first_seq: 1, events: [] }
  }
  world = await startWorld({
    config: { stream: { connectionsPerKeyMax: 3 } },
    deps: { events: { readEventStream } },
  })
  const key = world.auth.issue()
  for (let tries = 1; tries <= 3; tries++) {
    const socket = connect(world.port, '127.0.0.1')
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    await eventually(() => expect(reads).toBe(tries))
    socket.resetAndDestroy()
  }
  // The server has heard of the last reset once it has answered somebody who came later.
  await world.call('GET', '/livez')
  gate.resolve()
  await eventually(() => openStream(world, key))
})

describe('delivery', () => {
  test("only one's own merchant and mode, live and replayed, never another's", async () => {
    world = await startWorld()
    const tenants = [
      ['acct_a', 'test'],
      ['acct_a', 'live'],
      ['acct_b', 'test'],
    ] as const
    for (const [merchant, mode] of tenants) world.events.store(merchant, mode, 5)
    const clients = await Promise.all(
      tenants.map(([merchant, mode]) => openStream(world, world.auth.issue(merchant, mode), { resume: 0 })),
    )
    for (let round = 0; round < 20; round++)
      for (const [merchant, mode] of tenants) world.events.store(merchant, mode, 1 + (round % 3))
    for (const [at, [merchant, mode]] of tenants.entries()) {
      const total = 5 + 20 + 19
      await eventually(() => expect(clients[at]?.ids()).toHaveLength(total))
      expect(clients[at]?.ids()).toEqual(
        Array.from({ length: total }, (_, seq) => `evt_${merchant}_${mode}_${seq + 1}`),
      )
    }
  })

  test('a client that reconnects continues exactly where it stopped', async () => {
    world = await startWorld()
    const key = world.auth.issue()
    const first = await openStream(world, key, { resume: null })
    await eventually(() => first.frames.some(({ type }) => type === 'ready'))
    world.events.store('acct_a', 'test', 3)
    await eventually(() => expect(first.seqs()).toEqual([1, 2, 3]))
    first.socket.terminate()
    world.events.store('acct_a', 'test', 4)
    const second = await openStream(world, key, { resume: 2 })
    await eventually(() => expect(second.seqs()).toEqual([3, 4, 5, 6, 7]))
  })

  test('what the bus loses, the next poll finds', async () => {
    world = await startWorld({ config: { stream: { pollMs: 30 } } })
    const client = await openStream(world, world.auth.issue(), ready)
    await eventually(() => client.frames.some(({ type }) => type === 'ready'))
    world.events.store('acct_a', 'test', 3, { ring: false })
    await eventually(() => expect(client.seqs()).toEqual([1, 2, 3]))
  })

  test('a lost message in the middle is filled from the store', async () => {
    world = await startWorld()
    const client = await openStream(world, world.auth.issue(), ready)
    await eventually(() => client.frames.some(({ type }) => type === 'ready'))
    world.events.store('acct_a', 'test', 3, { ring: false })
    world.events.store('acct_a', 'test', 2)
    await eventually(() => expect(client.seqs()).toEqual([1, 2, 3, 4, 5]))
  })

  test('a cursor nobody knows is told so and closed 4404', async () => {
    world = await startWorld()
    const client = await openStream(world, world.auth.issue(), { resume: 7 })
    expect(await client.closed).toMatchObject({ code: closeCodes.unknownCursor })
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', code: 'unknown_cursor' })
  })
})

describe('nobody takes more than a share', () => {
  for (const [scope, bounds, keys] of [
    ['merchant', { connectionsPerMerchantMax: 2 }, ['acct_a', 'acct_a', 'acct_a', 'acct_b']],
    ['address', { connectionsPerIpMax: 3 }, ['acct_a', 'acct_b', 'acct_c', 'acct_d']],
    ['server', { connectionsMax: 3 }, ['acct_a', 'acct_b', 'acct_c', 'acct_d']],
  ] as const)
    test(`of the places of one ${scope}`, async () => {
      world = await startWorld({ config: { stream: bounds } })
      const outcomes: string[] = []
      for (const merchant of keys) {
        const opened = openStream(world, world.auth.issue(merchant)).then(() => 'open')
        outcomes.push(await opened.catch(() => 'refused'))
      }
      expect(outcomes).toEqual(
        scope === 'merchant' ? ['open', 'open', 'refused', 'open'] : ['open', 'open', 'open', 'refused'],
      )
    })

  test('of memory: frames are not unpacked, and who pings without reading the answers is ended', async () => {
    world = await startWorld()
    const { socket, closed } = await openStream(world, world.auth.issue())
    expect(socket.extensions).toBe('')
    socket.pause()
    const state = { open: true }
    void closed.then(() => (state.open = false))
    socket.on('error', () => {})
    const flood = (): void => {
      for (let at = 0; at < 500 && state.open; at++) socket.ping('x'.repeat(125), true, () => {})
      if (state.open) setImmediate(flood)
    }
    flood()
    await eventually(() => !state.open, { timeoutMs: 60_000 })
  })
})

describe('a connection ends', () => {
  test('4401 as soon as the bus says the key is revoked, others stay', async () => {
    world = await startWorld()
    const [doomed, kept] = [world.auth.issue(), world.auth.issue()]
    const [first, second] = [await openStream(world, doomed, ready), await openStream(world, kept, ready)]
    const keyId = world.auth.keyId(doomed)
    world.auth.holders.delete(doomed)
    world.bus.publish('credential.revoked', { keyId })
    expect(await first.closed).toMatchObject({ code: closeCodes.unauthenticated })
    world.events.store('acct_a', 'test')
    await eventually(() => expect(second.seqs()).toEqual([1]))
    expect(first.seqs()).toEqual([])
  })

  test('4401 without the bus too, by verifying again', async () => {
    world = await startWorld({ config: { credentialTtlMs: 20, stream: { verifyMs: 20 } } })
    const key = world.auth.issue()
    const client = await openStream(world, key, ready)
    world.auth.holders.delete(key)
    expect(await client.closed).toMatchObject({ code: closeCodes.unauthenticated })
  })

  test('4401 once the key has expired, and a key that was only changed goes on', async () => {
    world = await startWorld({ config: { credentialTtlMs: 20, stream: { verifyMs: 20 } } })
    const [late, changed] = [world.auth.issue(), world.auth.issue()]
    const [first, second] = [await openStream(world, late, ready), await openStream(world, changed, ready)]
    world.bus.publish('credential.changed', { keyId: world.auth.keyId(changed) })
    world.auth.expire(late)
    expect(await first.closed).toEqual({ code: closeCodes.unauthenticated, reason: 'credential_expired' })
    world.events.store('acct_a', 'test')
    await eventually(() => expect(second.seqs()).toEqual([1]))
  })

  test('an auth outage pauses a stream and does not end it', async () => {
    world = await startWorld({ config: { credentialTtlMs: 20, stream: { verifyMs: 20 } } })
    const client = await openStream(world, world.auth.issue(), ready)
    await eventually(() => client.frames.some(({ type }) => type === 'ready'))
    world.auth.state.down = true
    const before = world.auth.state.lookUps
    await eventually(() => world.auth.state.lookUps >= before + 3)
    world.events.store('acct_a', 'test')
    const later = world.auth.state.lookUps
    await eventually(() => world.auth.state.lookUps >= later + 3)
    expect(client.seqs()).toEqual([])
    world.auth.state.down = false
    await eventually(() => expect(client.seqs()).toEqual([1]))
  })

  test('4400 when no cursor comes in time, or what comes is no text frame', async () => {
    world = await startWorld({ config: { stream: { resumeMsMax: 50 } } })
    const silent = await openStream(world, world.auth.issue())
    expect(await silent.closed).toMatchObject({ code: closeCodes.protocol })
    const binary = await openStream(world, world.auth.issue())
    binary.socket.send(Buffer.from('{"type":"resume","after":null}'), { binary: true })
    expect(await binary.closed).toMatchObject({ code: closeCodes.protocol })
  })

  test('1009 on a frame above 64 KiB', async () => {
    world = await startWorld()
    const client = await openStream(world, world.auth.issue(), ready)
    client.socket.send('x'.repeat(64 * 1024 + 1))
    expect(await client.closed).toMatchObject({ code: 1009 })
  })

  test('when pings stay unanswered', async () => {
    world = await startWorld({ config: { stream: { pingMs: 50 } } })
    const dead = await openStream(world, world.auth.issue(), ready)
    const alive = await openStream(world, world.auth.issue(), ready)
    dead.socket.pong = () => {}
    expect(await dead.closed).toMatchObject({ code: 1006 })
    expect(alive.socket.readyState).toBe(alive.socket.OPEN)
  })

  test('1012 when the gateway drains', async () => {
    world = await startWorld()
    const client = await openStream(world, world.auth.issue(), ready)
    await Promise.all([
      world.gateway.close(),
      expect(client.closed).resolves.toMatchObject({ code: closeCodes.restarting }),
    ])
  })
})
