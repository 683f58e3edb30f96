import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { eventually } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { key, webhookWorld, type WebhookWorld } from '../webhooks.fixture.ts'

let world: WebhookWorld
let server: Server
const open = new Map<string, Set<Socket>>()
const asked = new Map<string, string[]>()

const of = <T>(map: Map<string, T>, path: string, none: T): T => map.get(path) ?? (map.set(path, none), none)
const seqsOf = (path: string): string[] => of(asked, path, [])
const head = (status: string, headers = '') => `HTTP/1.1 ${status}\r\n${headers}`
const fine = (socket: Socket) => void socket.write(head('200 OK', 'Content-Length: 2\r\n\r\nok'))

/** What an endpoint may do to whoever asks it, by bytes; and what is then told of it, undefined where it got through. */
const kinds: Readonly<
  Record<string, readonly [answer: (socket: Socket, seq: string) => unknown, told?: string | RegExp]>
> = {
  hang: [() => {}, /broke off/],
  'hang-in-headers': [(socket) => socket.write(head('200 OK', 'X-')), /broke off/],
  'close-at-once': [(socket) => socket.destroy(), /broke off/],
  'close-in-headers': [(socket) => socket.end(head('200 OK', 'X-')), /broke off/],
  'close-in-body': [(socket) => socket.end(head('200 OK', 'Content-Length: 100\r\n\r\nhalf'))],
  'reset-in-body': [
    (socket) => socket.write(head('200 OK', 'Content-Length: 9\r\n\r\nx'), () => socket.resetAndDestroy()),
    // A reset may overtake what was sent before it.
    /null|broke off/,
  ],
  redirect: [
    (socket) =>
      socket.write(head('302 Found', `Location: http://127.0.0.1:${portOf()}/fine\r\nContent-Length: 0\r\n\r\n`)),
    'it answered 302; redirects are not followed',
  ],
  'endless-body': [
    (socket) => {
      socket.write(head('200 OK', 'Transfer-Encoding: chunked\r\n\r\n'))
      const more = (): void => {
        while (!socket.destroyed && socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`));
      }
      socket.on('drain', more)
      more()
    },
  ],
  'huge-headers': [
    (socket) => socket.write(head('200 OK', `X-Long: ${'x'.repeat(100_000)}\r\n\r\n`)),
    'it answered with more headers than are read',
  ],
  'no-http': [(socket) => socket.write('SSH-2.0-OpenSSH_9.9\r\n'), 'what it answered is not HTTP'],
  'two-answers': [(socket) => [fine(socket), fine(socket)], /null|broke off/],
  // Fails, then heals.
  flapping: [
    (socket, seq) =>
      seqsOf('flapping').filter((each) => each === seq).length > 1
        ? fine(socket)
        : socket.write(head('500 Oops', 'Content-Length: 0\r\n\r\n')),
    'it answered 500',
  ],
}

function portOf(): number {
  return (server.address() as AddressInfo).port
}

const answerTo = (path: string) => kinds[path]?.[0] ?? fine

beforeEach(async () => {
  asked.clear()
  open.clear()
  world = await webhookWorld()
  server = createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      text += data.toString()
      const bodyAt = text.indexOf('\r\n\r\n') + 4
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (bodyAt < 4 || text.length < bodyAt + length) return
      const path = /^\w+ \/(\S*)/.exec(text)?.[1] ?? ''
      const seq = /micro-event-seq: (\d+)/i.exec(text)?.[1] ?? ''
      text = ''
      seqsOf(path).push(seq)
      of(open, path, new Set()).add(socket)
      socket.once('close', () => open.get(path)?.delete(socket))
      answerTo(path)(socket, seq)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
const hanging = ['hang', 'hang-in-headers'] as const
const hung = (): Socket[] => hanging.flatMap((path) => [...of(open, path, new Set<Socket>())])
const cut = (): void => {
  for (const socket of hung()) socket.destroy()
}
afterEach(async () => {
  for (const sockets of open.values()) for (const socket of sockets) socket.destroy()
  server.close()
  await world[Symbol.asyncDispose]()
})

const events = ['1', '2', '3', '4', '5', '6']
const hasAll = (path: string): boolean => new Set(seqsOf(path)).size === events.length

test('whatever endpoints do, others of the same and of another merchant get all, and each is told for what it did', async () => {
  const others = { merchant: 'acct_b', mode: 'test' } as const
  const ids = new Map<string, string>()
  for (const path of Object.keys(kinds)) {
    const { id } = await world.endpoint({ url: `http://127.0.0.1:${portOf()}/${path}`, delivery: { timeout: 30 } })
    ids.set(path, id)
  }
  await world.endpoint({ url: `http://127.0.0.1:${portOf()}/fine` })
  await world.endpoint({ url: `http://127.0.0.1:${portOf()}/theirs` }, key('acct_b'))
  await world.store(events.map(() => ({})))
  await world.store(
    events.map(() => ({})),
    others,
  )
  const { deliverer } = world.parts
  // Nobody waits for those who hang: they still do.
  await eventually(
    async () => {
      await deliverer.round()
      return hasAll('fine') && hasAll('theirs') && hung().length > 0
    },
    { timeoutMs: 60_000 },
  )

  const first = async (path: string) => {
    const { body } = await world.call(key(), { url: `/events/deliveries?webhook_endpoint=${ids.get(path)}&limit=100` })
    return body.data.filter(({ attempts }) => Number(attempts) > 0)
  }
  const tellsAll = async (): Promise<boolean> => {
    await deliverer.round()
    cut()
    for (const path of Object.keys(kinds)) if ((await first(path)).length === 0) return false
    return true
  }
  // What hangs is cut until each has been told of something.
  await eventually(tellsAll, { timeoutMs: 60_000, everyMs: 100 })
  for (const [path, [, told]] of Object.entries(kinds))
    for (const delivery of await first(path)) {
      if (path === 'flapping') continue
      const error = delivery['last_error']
      if (told === undefined) expect([path, delivery.status, error]).toEqual([path, 'delivered', null])
      else expect(String(error), path).toMatch(told)
    }
  // Time passes: whoever heals gets all that it refused.
  await eventually(
    async () => {
      world.clock.advance(5_000)
      await deliverer.round()
      cut()
      const healed = await first('flapping')
      return healed.length === events.length && healed.every(({ status }) => status === 'delivered')
    },
    { timeoutMs: 60_000, everyMs: 50 },
  )
  // Whoever followed the redirect would have come there without a seq.
  for (const path of ['fine', 'theirs']) expect([...new Set(seqsOf(path))].toSorted()).toEqual(events)
}, 180_000)
