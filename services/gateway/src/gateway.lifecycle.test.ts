import { once } from 'node:events'
import { connect } from 'node:net'
import { Fault } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from './gateway.fixture.ts'
import { busWarning, ListenError } from '@micro/service'

let world: World
afterEach(() => world.stop())

describe('health', () => {
  const ok = () => Promise.resolve()
  const broken = () => Promise.reject(new Error('password=hunter2'))
  test('all well is 200 ok', async () => {
    world = await startWorld()
    const { status, json } = await world.call('GET', '/health')
    expect([status, json]).toMatchObject([
      200,
      { status: 'ok', service: 'gateway', services: { ledger: { status: 'ok' } } },
    ])
    expect(json['version']).toMatch(/^\d+\.\d+\.\d+/)
  })

  test('a service down is 200 degraded with a reason that leaks nothing', async () => {
    const named = () => Promise.reject(new Fault('upstream_unavailable', { service: 'events' }))
    world = await startWorld({ deps: { health: { auth: ok, ledger: broken, events: named } } })
    const { status, json, text } = await world.call('GET', '/health')
    expect([status, json['status']]).toEqual([200, 'degraded'])
    expect(json['services']).toMatchObject({
      auth: { status: 'ok' },
      ledger: { status: 'unavailable' },
      events: { reason: /events service/ },
    })
    expect(text).not.toContain('hunter2')
    expect(JSON.stringify(world.lines)).toContain('health.check_failed')
  })

  test('a service that warns is 200 degraded with what it warns of; that Redis is away is told once', async () => {
    const warns = () => Promise.resolve(['Something is wrong.', busWarning])
    world = await startWorld({ deps: { health: { auth: ok, ledger: warns } } })
    const { status, json } = await world.call('GET', '/health')
    expect([status, json['status']]).toEqual([200, 'degraded'])
    expect(json['services']).toEqual({
      auth: { status: 'ok' },
      ledger: { status: 'degraded', reason: 'Something is wrong.' },
    })
  })

  test('without auth nothing can be served: 503, while the process lives', async () => {
    world = await startWorld({ deps: { health: { auth: broken, ledger: ok } } })
    const answer = await world.call('GET', '/health')
    expect([answer.status, answer.json['status'], answer.headers['retry-after']]).toEqual([503, 'unavailable', '1'])
    expect((await world.call('GET', '/readyz')).status).toBe(503)
    expect((await world.call('GET', '/livez')).status).toBe(200)
  })

  test('a check that hangs does not hang the answer', async () => {
    world = await startWorld({ deps: { health: { auth: ok, ledger: () => new Promise(() => {}) } } })
    expect((await world.call('GET', '/health')).json).toMatchObject({
      status: 'degraded',
      services: { ledger: { reason: /did not answer/ } },
    })
  })
})

describe('starting and stopping', () => {
  test('a taken port is one clear error', async () => {
    world = await startWorld()
    const second = startWorld({ config: { port: world.port } })
    await expect(second).rejects.toBeInstanceOf(ListenError)
    await expect(second).rejects.toMatchObject({
      code: 'port_taken',
      message: `Port ${world.port} on 127.0.0.1 is taken by another program.`,
    })
  })

  test('closing lets a request under way finish, tells its connection to close and takes no new ones', async () => {
    world = await startWorld()
    const key = world.auth.issue()
    const gate = Promise.withResolvers<object>()
    world.replying.reply = () => gate.promise
    const answer = world.call('GET', '/v1/events', { key })
    await eventually(() => world.seen.length === 1)
    const closed = world.gateway.close()
    await expect(world.call('GET', '/health')).rejects.toThrow(/ECONNREFUSED/)
    gate.resolve({ done: true })
    expect(await answer).toMatchObject({ status: 300, json: { done: true }, headers: { connection: 'close' } })
    await closed
  })

  test('a second request on a kept connection is told 503 and to go, in our envelope', async () => {
    world = await startWorld()
    const key = world.auth.issue()
    const gate = Promise.withResolvers<object>()
    world.replying.reply = () => gate.promise
    const under = world.call('GET', '/v1/events', { key })
    await eventually(() => world.seen.length === 1)
    // A connection that has begun, but not finished, sending its request when the gateway starts to drain.
    const socket = connect(world.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /v1/events HTTP/1.1\r\n')
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    const finished = once(socket, 'close')
    // The server has the connection once it answers another one that came later.
    await world.call('GET', '/livez')
    const closed = world.gateway.close()
    socket.write('Host: localhost\r\n\r\n')
    await finished
    expect(text).toMatch(/^HTTP\/1\.1 503 /)
    expect(text.toLowerCase()).toContain('connection: close')
    expect(text).toContain('"code":"shutting_down"')
    gate.resolve({})
    await under
    await closed
  })

  test('a request that never ends is cut after drainMs', async () => {
    world = await startWorld({ config: { drainMs: 50 } })
    const key = world.auth.issue()
    world.replying.reply = () => new Promise(() => {})
    const answer = expect(world.call('GET', '/v1/events', { key })).rejects.toThrow()
    await eventually(() => world.seen.length === 1)
    await world.gateway.close()
    await answer
  })
})
