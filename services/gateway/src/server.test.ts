import { once } from 'node:events'
import { get, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { createIds, systemClock } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { afterEach, expect, test } from 'vitest'
import { createHttpServer, type ServerBounds } from './server.ts'

let server: ReturnType<typeof createHttpServer>
let sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets = []
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const listen = async (
  bounds: Partial<ServerBounds>,
  onRequest: (response: ServerResponse) => void,
): Promise<number> => {
  server = createHttpServer(
    {
      newId: createIds({ clock: systemClock }),
      tls: undefined,
      onRequest: (_request, response) => onRequest(response),
      onUpgrade: (_request, socket) => void socket.destroy(),
    },
    { perAddressMax: 10, isExempt: () => false, stalledMsMax: 60_000, requestMsMax: 30_000, ...bounds },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const open = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

const statusFrom = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).once('error', reject)
  })

test('one address holds so many connections; one beyond is closed, and one that closes makes room', async () => {
  const port = await listen({ perAddressMax: 3 }, (response) => response.end())
  const held = [await open(port), await open(port), await open(port)]
  await eventually(
    () =>
      new Promise<void>((resolve, reject) => {
        server.getConnections((error, count) =>
          error === null && count === 3 ? resolve() : reject(error ?? new Error()),
        )
      }),
  )
  await expect(statusFrom(port)).rejects.toThrow()
  held[0]?.destroy()
  await eventually(async () => expect(await statusFrom(port)).toBe(200))
})

test('an address that speaks for many holds any number', async () => {
  const port = await listen({ perAddressMax: 1, isExempt: (address) => address === '127.0.0.1' }, (response) =>
    response.end(),
  )
  await open(port)
  await open(port)
  expect(await statusFrom(port)).toBe(200)
})

test('a client that reads nothing of a large answer is cut off, and what was kept for it is free', async () => {
  const answers: ServerResponse[] = []
  const port = await listen({ stalledMsMax: 200 }, (response) => {
    answers.push(response)
    response.end(Buffer.alloc(64 * 1024 * 1024))
  })
  const socket = await open(port)
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await eventually(() => expect([answers[0]?.destroyed, answers[0]?.writableFinished]).toEqual([true, false]))
})

test('a slow reader that keeps reading gets all of it', async () => {
  const bytes = 8 * 1024 * 1024
  const port = await listen({ stalledMsMax: 2_000 }, (response) => response.end(Buffer.alloc(bytes)))
  const socket = await open(port)
  let received = 0
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
    socket.pause()
    setImmediate(() => socket.resume())
  })
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await eventually(() => expect(received).toBeGreaterThan(bytes))
})

test('a body that never comes to an end is cut off, however steadily it comes, and told why', async () => {
  const port = await listen({ requestMsMax: 500 }, () => {})
  const socket = await open(port)
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n')
  const timer = setInterval(() => socket.write('a'), 50)
  await once(socket, 'close')
  clearInterval(timer)
  expect(text).toMatch(/^HTTP\/1\.1 400 [^]*the request did not arrive in time/)
})
