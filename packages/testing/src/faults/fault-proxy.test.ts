import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { monotonicMs } from '@micro/kernel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts'

/** Sends back what it gets; counts what it got and how its connections ended. */
const startEcho = async (name = '') => {
  const seen = { bytes: 0, ended: 0, reset: 0, open: 0 }
  const sockets = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    seen.open++
    sockets.add(socket)
    socket.on('data', (bytes: Buffer) => {
      seen.bytes += bytes.length
      socket.write(name === '' ? bytes : name)
    })
    socket.on('end', () => {
      seen.ended++
      socket.end()
    })
    socket.on('error', () => seen.reset++)
    socket.on('close', () => {
      seen.open--
      sockets.delete(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A client that keeps what it got and how it ended. */
const call = (port: number) => {
  const socket = connect({ port, host: '127.0.0.1' })
  const state = { text: '', chunks: 0, ended: false, error: '', closed: false }
  socket.on('data', (bytes: Buffer) => {
    state.text += bytes.toString()
    state.chunks++
  })
  socket.on('end', () => (state.ended = true))
  socket.on('error', (error: NodeJS.ErrnoException) => (state.error = error.code ?? 'unknown'))
  socket.on('close', () => (state.closed = true))
  return { socket, state }
}

let echo: Awaited<ReturnType<typeof startEcho>>
let proxy: FaultProxy
beforeEach(async () => {
  echo = await startEcho()
  proxy = await startFaultProxy({ to: [echo.port], seed: 7 })
})
afterEach(async () => {
  await proxy.stop()
  await echo.stop()
})

const text = 'x'.repeat(3_000)

test('a sound proxy passes everything, and the end of either side', async () => {
  const { socket, state } = call(proxy.port)
  const large = 'y'.repeat(3 * 1024 * 1024)
  socket.write(large)
  await eventually(() => expect(state.text.length).toBe(large.length))
  socket.end()
  await eventually(() => expect(state).toMatchObject({ ended: true, closed: true, error: '' }))
  await eventually(() => expect(echo.seen).toMatchObject({ ended: 1, reset: 0, open: 0 }))
  await eventually(() => expect(proxy.connections).toBe(0))
})

test('latency delays each direction by itself, and no longer once it is gone', async () => {
  const remove = proxy.add({ kind: 'latency', ms: 150, stream: 'downstream' })
  const { socket, state } = call(proxy.port)
  const startedMs = monotonicMs()
  socket.write(text)
  await eventually(() => expect(echo.seen.bytes).toBe(text.length))
  expect(state.text).toBe('')
  await eventually(() => expect(state.text).toBe(text))
  expect(monotonicMs() - startedMs).toBeGreaterThan(140)
  remove()
  socket.write('z')
  await eventually(() => expect(state.text).toBe(`${text}z`))
  socket.destroy()
})

test('whom a toxic befalls repeats with the seed', async () => {
  const outcomesOf = async () => {
    await using seeded = await startFaultProxy({ to: [echo.port], seed: 42 })
    seeded.add({ kind: 'limit_data', bytes: 0, stream: 'upstream', toxicity: 0.5 })
    const outcomes: string[] = []
    for (let at = 0; at < 12; at++) {
      const { socket, state } = call(seeded.port)
      socket.write('a')
      await eventually(() => expect(state.text === 'a' || state.ended).toBe(true))
      outcomes.push(state.text === 'a' ? 'passed' : 'closed')
      socket.destroy()
      await eventually(() => expect(seeded.connections).toBe(0))
    }
    return outcomes
  }
  const first = await outcomesOf()
  expect(new Set(first)).toEqual(new Set(['passed', 'closed']))
  expect(await outcomesOf()).toEqual(first)
})

test('bandwidth and slices let everything through, slowly and in pieces', async () => {
  proxy.add({ kind: 'bandwidth', bytesPerSecond: 20_000, stream: 'downstream' })
  proxy.add({ kind: 'slicer', bytes: 500, pauseMs: 5, stream: 'downstream' })
  const { socket, state } = call(proxy.port)
  const startedMs = monotonicMs()
  socket.write(text)
  await eventually(() => expect(state.text).toBe(text))
  expect(monotonicMs() - startedMs).toBeGreaterThan(140)
  expect(state.chunks).toBeGreaterThan(3)
  socket.destroy()
})

test('slow_close passes the end on late', async () => {
  proxy.add({ kind: 'slow_close', ms: 150 })
  const { socket, state } = call(proxy.port)
  socket.write('a')
  await eventually(() => expect(state.text).toBe('a'))
  const startedMs = monotonicMs()
  socket.end()
  await eventually(() => expect(state.closed).toBe(true))
  expect(monotonicMs() - startedMs).toBeGreaterThan(140)
})

test('timeout lets nothing through and closes after its time', async () => {
  proxy.add({ kind: 'timeout', ms: 50 })
  const { socket, state } = call(proxy.port)
  socket.write('a')
  await eventually(() => expect(state.ended).toBe(true))
  expect([echo.seen.bytes, state.text]).toEqual([0, ''])
  socket.destroy()
})

test('timeout without a time holds a connection until it is removed', async () => {
  const remove = proxy.add({ kind: 'timeout', ms: 0 })
  const { socket, state } = call(proxy.port)
  socket.write('a')
  const direct = call(echo.port)
  direct.socket.write('b')
  await eventually(() => expect(direct.state.text).toBe('b'))
  expect(state).toMatchObject({ text: '', ended: false, closed: false })
  remove()
  // Closed, unless the byte came to the proxy only now.
  await eventually(() => expect(state.ended || state.text === 'a').toBe(true))
  for (const each of [socket, direct.socket]) each.destroy()
})

test('reset_peer and cut end both sides with a reset', async () => {
  const { socket, state } = call(proxy.port)
  socket.write('a')
  await eventually(() => expect(state.text).toBe('a'))
  proxy.cut()
  await eventually(() => expect([state.error, echo.seen.reset]).toEqual(['ECONNRESET', 1]))
  proxy.add({ kind: 'reset_peer', ms: 20 })
  const second = call(proxy.port)
  second.socket.write('a')
  await eventually(() => expect(second.state.error).toBe('ECONNRESET'))
})

test('limit_data closes after so many bytes', async () => {
  proxy.add({ kind: 'limit_data', bytes: 100, stream: 'downstream' })
  const { socket, state } = call(proxy.port)
  socket.write(text)
  await eventually(() => expect(state.ended).toBe(true))
  expect(state.text).toHaveLength(100)
  socket.destroy()
})

describe('half_open', () => {
  test('accepts and leads nowhere, and what lost something stays deaf', async () => {
    const before = call(proxy.port)
    before.socket.write('a')
    await eventually(() => expect(before.state.text).toBe('a'))
    const remove = proxy.add({ kind: 'half_open' })
    before.socket.write('b')
    const during = call(proxy.port)
    await once(during.socket, 'connect')
    during.socket.write('c')
    await eventually(() => expect(before.socket.bytesWritten).toBe(2))
    remove()
    const after = call(proxy.port)
    after.socket.write('d')
    await eventually(() => expect(after.state.text).toBe('d'))
    before.socket.write('e')
    after.socket.write('f')
    await eventually(() => expect(after.state.text).toBe('df'))
    expect([before.state.text, during.state.text, during.state.closed]).toEqual(['a', '', false])
    expect(echo.seen.bytes).toBe('a'.length + 'df'.length)
    for (const { socket } of [before, during, after]) socket.destroy()
  })

  test('the far side never hears that the near side went away', async () => {
    const { socket, state } = call(proxy.port)
    socket.write('a')
    await eventually(() => expect(state.text).toBe('a'))
    proxy.add({ kind: 'half_open' })
    socket.write('b')
    socket.destroy()
    await eventually(() => expect(state.closed).toBe(true))
    proxy.heal()
    const other = call(proxy.port)
    other.socket.write('c')
    await eventually(() => expect(other.state.text).toBe('c'))
    expect(echo.seen.open).toBe(2)
    proxy.cut()
    await eventually(() => expect(echo.seen.open).toBe(0))
  })
})

test('cut_reply lets the request arrive and cuts the reply to that request only', async () => {
  proxy.add({ kind: 'cut_reply', bytes: 2, request: (bytes) => bytes.includes('commit') })
  const { socket, state } = call(proxy.port)
  socket.write('begin')
  await eventually(() => expect(state.text).toBe('begin'))
  socket.write('commit')
  await eventually(() => expect(state.error).toBe('ECONNRESET'))
  expect(echo.seen.bytes).toBe('begincommit'.length)
  expect(['begin', 'beginco']).toContain(state.text)
})

test('cut_reply passes a reply up to the piece it recognises', async () => {
  proxy.add({ kind: 'cut_reply', bytes: 0, reply: (bytes) => bytes.includes('DONE') })
  const { socket, state } = call(proxy.port)
  socket.write('begun')
  await eventually(() => expect(state.text).toBe('begun'))
  socket.write('DONE')
  await eventually(() => expect(state.error).toBe('ECONNRESET'))
  expect([state.text, echo.seen.bytes]).toEqual(['begun', 'begunDONE'.length])
})

test('down refuses, up serves again at the same port', async () => {
  const before = call(proxy.port)
  before.socket.write('a')
  await eventually(() => expect(before.state.text).toBe('a'))
  await proxy.down()
  await eventually(() => expect(before.state.closed).toBe(true))
  const refused = call(proxy.port)
  await eventually(() => expect(refused.state.error).toBe('ECONNREFUSED'))
  await proxy.up()
  const after = call(proxy.port)
  after.socket.write('b')
  await eventually(() => expect(after.state.text).toBe('b'))
  after.socket.destroy()
})

test('several servers take turns, and one where nobody listens is passed over', async () => {
  const [one, two] = [await startEcho('1'), await startEcho('2')]
  const ask = async () => {
    const { socket, state } = call(proxy.port)
    socket.write('?')
    await eventually(() => expect(state.text).not.toBe(''))
    socket.destroy()
    return state.text
  }
  proxy.lead([one.port, two.port])
  expect(new Set([await ask(), await ask()])).toEqual(new Set(['1', '2']))
  await one.stop()
  expect([await ask(), await ask(), await ask()]).toEqual(['2', '2', '2'])
  await two.stop()
  const { state } = call(proxy.port)
  await eventually(() => expect(state.error).toBe('ECONNRESET'))
})
