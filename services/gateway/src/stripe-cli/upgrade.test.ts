import { closeCodes, type Event } from '@micro/contracts'
import { listenerSecret } from '@micro/signing'
import { eventually } from '@micro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startWorld, type World } from '../gateway.fixture.ts'
import { refusedStream } from '../stream/stream.fixture.ts'

let world: World
afterEach(() => world.stop())

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const openSession = (key: string, body = 'device_name=desk&websocket_features[]=webhooks') =>
  world.call('POST', '/v1/stripecli/sessions', { key, headers: form, body })

const connect = async (session: Record<string, unknown>, { acknowledges = true } = {}) => {
  const socket = new WebSocket(
    `${String(session['websocket_url'])}?websocket_feature=webhook-payloads`,
    ['stripecli-devproxy-v1'],
    { headers: { 'websocket-id': String(session['websocket_id']) } },
  )
  const ids: string[] = []
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Record<string, string>
    const { id } = JSON.parse(message['event_payload'] ?? '{}') as Event
    if (!ids.includes(id)) ids.push(id)
    const { webhook_id, webhook_conversation_id } = message
    if (acknowledges)
      socket.send(JSON.stringify({ type: 'event_ack', event_id: id, webhook_id, webhook_conversation_id }))
  })
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  return { socket, ids, closed }
}

describe('POST /v1/stripecli/sessions', () => {
  test('names the address the caller reached, the secret of its key, and no query', async () => {
    world = await startWorld()
    const key = world.auth.issue()
    const { status, json } = await openSession(key, 'device_name=4242424242424242')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      websocket_url: `ws://127.0.0.1:${world.port}/stripecli/subscribe/acct_a`,
      secret: listenerSecret(key),
    })
    const [kept] = world.sessions.sessions.values()
    expect(JSON.stringify(kept)).not.toContain(key)
    expect(kept?.device_name).toBe('[redacted]')
    expect(JSON.stringify(kept)).not.toContain(json['websocket_id'])
  })

  test('is refused without a key, to one that may not read events, and to what it does not know', async () => {
    world = await startWorld()
    expect((await world.call('POST', '/v1/stripecli/sessions', {})).status).toBe(401)
    expect((await openSession(world.auth.issue('acct_a', 'test', ['payments:write']))).status).toBe(403)
    const key = world.auth.issue()
    for (const [body, param] of [
      ['websocket_features[]=mining', 'websocket_features[0]'],
      ['websocket_features[]=v2_events', 'websocket_features'],
      [`device_name=${'x'.repeat(300)}`, 'device_name'],
    ] as const)
      expect(await openSession(key, body)).toMatchObject({ status: 400, json: { error: { param } } })
    expect((await openSession(key, `device_name=${'x'.repeat(40_000)}`)).status).toBe(413)
    world.sessions.state.full = true
    expect((await openSession(key)).status).toBe(429)
  })
})

describe('who looks on at the requests of a merchant', () => {
  const features = 'websocket_features[]=request_logs&websocket_features[]=webhooks'

  test('does so with an unrestricted key only: a narrower one sees what it was not given', async () => {
    world = await startWorld()
    for (const scopes of [['events:read'], ['payments:write', 'events:read']] as const)
      expect(await openSession(world.auth.issue('acct_a', 'test', scopes), features)).toMatchObject({
        status: 403,
        json: { error: { code: 'more_permissions_required' } },
      })
    expect(world.sessions.sessions.size).toBe(0)
    expect((await openSession(world.auth.issue('acct_a', 'test', ['events:read']))).status).toBe(200)
    expect((await openSession(world.auth.issue(), features)).status).toBe(200)
  })

  test('cannot do so over a session that was opened when more was allowed', async () => {
    world = await startWorld()
    const key = world.auth.issue()
    const { json } = await openSession(key, features)
    await connect(json)
    const holder = world.auth.holders.get(key)
    if (holder !== undefined) world.auth.holders.set(key, { ...holder, scopes: ['events:read'] })
    world.bus.publish('credential.revoked', { keyId: world.auth.keyId(key) })
    await eventually(async () =>
      expect(
        await refusedStream(world, { 'websocket-id': String(json['websocket_id']) }, '/stripecli/subscribe/acct_a'),
      ).toMatchObject({ status: 403, code: 'more_permissions_required' }),
    )
  })
})

describe('a session of the command line', () => {
  test('gets its own merchant’s events, goes on where it was when it comes back, and gets the unacknowledged again', async () => {
    world = await startWorld()
    world.events.store('acct_a', 'test', 2)
    const { json } = await openSession(world.auth.issue())
    const first = await connect(json)
    expect(first.socket.protocol).toBe('stripecli-devproxy-v1')
    world.events.store('acct_a', 'test', 2)
    world.events.store('acct_b', 'test')
    world.events.store('acct_a', 'live')
    await eventually(() => expect(first.ids).toEqual(['evt_acct_a_test_3', 'evt_acct_a_test_4']))
    await eventually(() => expect([...world.sessions.sessions.values()][0]?.after_seq).toBe(4))
    first.socket.close(1000, 'Resetting the connection')
    await first.closed
    world.events.store('acct_a', 'test')
    const deaf = await connect(json, { acknowledges: false })
    await eventually(() => expect(deaf.ids).toEqual(['evt_acct_a_test_5']))
    deaf.socket.terminate()
    const again = await connect(json)
    await eventually(() => expect(again.ids).toEqual(['evt_acct_a_test_5']))
  })

  test('misses nothing however often its connection is cut while events come', async () => {
    world = await startWorld()
    const { json } = await openSession(world.auth.issue())
    const seen = new Set<string>()
    for (let cut = 0; cut < 10; cut++) {
      const { socket, ids, closed } = await connect(json)
      world.events.store('acct_a', 'test', 20, { ring: cut % 2 === 0 })
      // Cut wherever that finds it: before, between and after what was sent and acknowledged.
      await eventually(() => expect(ids.length).toBeGreaterThanOrEqual(cut % 3))
      socket.terminate()
      await closed
      for (const id of ids) seen.add(id)
    }
    const last = await connect(json)
    await eventually(() => expect(new Set([...seen, ...last.ids]).size).toBe(200))
    await eventually(() => expect([...world.sessions.sessions.values()][0]?.after_seq).toBe(200))
  })

  test('is told in the words its client knows that nobody knows it', async () => {
    world = await startWorld()
    const path = '/stripecli/subscribe/acct_a'
    for (const id of ['cliws_guess', `cliws_${'A'.repeat(43)}`])
      expect(await refusedStream(world, { 'websocket-id': id }, path)).toMatchObject({
        status: 401,
        code: 'websocket_id_unknown',
      })
    expect(await refusedStream(world, {}, path)).toMatchObject({ code: 'websocket_id_unknown' })
    const { json } = await openSession(world.auth.issue())
    const origin = { 'websocket-id': String(json['websocket_id']), origin: 'https://evil.example' }
    expect(await refusedStream(world, origin, path)).toMatchObject({ status: 403 })
  })

  test('ends as soon as the bus says its key is revoked, and without the bus within the bound; then nobody knows it', async () => {
    world = await startWorld({ config: { credentialTtlMs: 100, stream: { verifyMs: 50 } } })
    const [rung, silent] = [world.auth.issue(), world.auth.issue()]
    const keyId = world.auth.keyId(rung)
    const sessions = [(await openSession(rung)).json, (await openSession(silent)).json] as const
    const [first, second] = [await connect(sessions[0]), await connect(sessions[1])]
    world.auth.holders.delete(rung)
    world.bus.publish('credential.revoked', { keyId })
    expect(await first.closed).toBe(closeCodes.unauthenticated)
    world.auth.holders.delete(silent)
    expect(await second.closed).toBe(closeCodes.unauthenticated)
    for (const session of sessions)
      expect(
        await refusedStream(world, { 'websocket-id': String(session['websocket_id']) }, '/stripecli/subscribe/acct_a'),
      ).toMatchObject({ code: 'websocket_id_unknown' })
  })

  test('takes a place of its key like any other stream', async () => {
    world = await startWorld({ config: { stream: { connectionsPerKeyMax: 1 } } })
    const { json } = await openSession(world.auth.issue())
    await connect(json)
    expect(
      await refusedStream(world, { 'websocket-id': String(json['websocket_id']) }, '/stripecli/subscribe/acct_a'),
    ).toMatchObject({ status: 429, code: 'stream_limit' })
  })
})
