import { monotonicMs, systemClock, type Clock } from '@micro/kernel'
import { eventually } from '@micro/testing'
import { afterEach, expect, test } from 'vitest'
import { eventOf, fault, httpServer, streamServer, type Peer } from '../gateway.fixture.ts'
import { followStream, streamTimings, type StreamOptions, type StreamTimings } from './stream.ts'

const quick: StreamTimings = { ...streamTimings, backoff: { msMin: 5, msMax: 20 }, readyMsMax: 2_000 }

let closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  closing = []
})

const server = async (options: Parameters<typeof streamServer>[0]) => {
  const opened = await streamServer(options)
  closing.push(opened.close)
  return opened
}

/** Follows the stream of a server, keeping what it is told. Events are handled at once unless `hold` says otherwise. */
const follow = (
  url: string,
  {
    timings = quick,
    hold = false,
    start = { after: null },
    clock = systemClock,
  }: { timings?: StreamTimings; hold?: boolean; start?: StreamOptions['start']; clock?: Clock } = {},
) => {
  const stopping = new AbortController()
  const seqs: number[] = []
  const said: string[] = []
  const positions: [number, string | undefined][] = []
  const dones = new Map<number, () => void>()
  const ended = followStream({
    url: `${url.replace('http', 'ws')}/ws`,
    apiKey: 'sk_test_1',
    userAgent: 'Micro/test',
    signal: stopping.signal,
    timings,
    clock,
    start,
    onHello: () => {},
    onReady: (again) => said.push(again ? 'again' : 'ready'),
    onStillLost: (reason) => said.push(`still lost: ${reason}`),
    onPosition: (seq, event) => positions.push([seq, event]),
    onLost: (reason) => said.push(`lost: ${reason}`),
    onMissed: (reason) => said.push(`missed: ${reason}`),
    onEvent(seq, _event, done) {
      seqs.push(seq)
      if (hold) dones.set(seq, done)
      else done()
    },
  }).then(
    () => 'stopped',
    (error: Error) => error.message,
  )
  closing.push(() => {
    stopping.abort()
    return ended
  })
  return { seqs, said, positions, dones, ended, stop: () => stopping.abort() }
}

const send = (peer: Peer | undefined, ...seqs: number[]) => {
  for (const seq of seqs) peer?.send({ type: 'event', seq, event: eventOf(seq) })
}
/** Answers as the gateway does: ready, then everything after the cursor that there is. */
const serving = (available: () => number[]) => (peer: Peer, after: number | null) => {
  const from = after ?? 0
  peer.send({ type: 'ready', after: from })
  send(peer, ...available().filter((seq) => seq > from))
}

test('it authenticates, starts from now on, and acknowledges up to what is handled', async () => {
  const { url, peers } = await server({ onResume: (peer) => peer.send({ type: 'ready', after: 7 }) })
  const { seqs, said, dones } = follow(url, { hold: true })
  await eventually(() => expect(said).toEqual(['ready']))
  expect(peers[0]?.headers.authorization).toBe('Bearer sk_test_1')
  expect(peers[0]?.resumedAfter()).toBe(null)
  send(peers[0], 8, 9, 10)
  await eventually(() => expect(seqs).toEqual([8, 9, 10]))
  dones.get(9)?.()
  dones.get(10)?.()
  dones.get(8)?.()
  await eventually(() => expect(peers[0]?.acked()).toBe(10))
  // Never 9 or 10 while 8 was still under way.
  expect(peers[0]?.frames.filter(({ type }) => type === 'ack')).toEqual([{ type: 'ack', seq: 10 }])
})

test('after a lost connection it resumes from its cursor: nothing is lost, nothing comes twice', async () => {
  const available: number[] = []
  const { url, peers } = await server({ onResume: serving(() => available) })
  const { seqs, said } = follow(url)
  const expected: number[] = []
  for (let round = 0; round < 6; round++) {
    await eventually(() => expect(peers[round]?.resumedAfter()).not.toBe(undefined))
    for (let at = 0; at < 5; at++) available.push(available.length + 1)
    expected.splice(0, expected.length, ...available)
    // Only some of what is new arrives before the cut.
    send(peers[round], ...available.slice(-5, -3))
    await eventually(() => expect(seqs.length).toBeGreaterThanOrEqual(available.length - 3))
    peers[round]?.socket.terminate()
  }
  await eventually(() => expect(seqs).toEqual(expected))
  expect(said.filter((line) => line === 'again').length).toBeGreaterThanOrEqual(5)
})

test('what is still under way at a reconnect is not handed out again, and is acknowledged only once it was sent again', async () => {
  const { url, peers } = await server({
    onResume: (peer, after) => peer.send({ type: 'ready', after: after ?? 0 }),
  })
  const { seqs, dones } = follow(url, { hold: true })
  await eventually(() => expect(peers[0]?.resumedAfter()).toBe(null))
  send(peers[0], 1, 2, 3)
  await eventually(() => expect(seqs).toEqual([1, 2, 3]))
  dones.get(1)?.()
  await eventually(() => expect(peers[0]?.acked()).toBe(1))
  peers[0]?.socket.terminate()
  await eventually(() => expect(peers[1]?.resumedAfter()).toBe(1))
  dones.get(2)?.()
  dones.get(3)?.()
  send(peers[1], 2)
  await eventually(() => expect(peers[1]?.acked()).toBe(2))
  send(peers[1], 3, 4)
  dones.get(4)?.()
  await eventually(() => expect(peers[1]?.acked()).toBe(3))
  expect(seqs).toEqual([1, 2, 3, 4])
})

test('a gap is fetched again over a new connection', async () => {
  const { url, peers } = await server({
    onResume: (peer, after, connection) => {
      peer.send({ type: 'ready', after: after ?? 0 })
      send(peer, ...(connection === 1 ? [1, 3] : [2, 3]))
    },
  })
  const { seqs, said } = follow(url)
  await eventually(() => expect(seqs).toEqual([1, 2, 3]))
  expect(peers[1]?.resumedAfter()).toBe(1)
  expect(said).toEqual(['ready', 'lost: event 2 is missing', 'again'])
})

test('a gap that stays is said and passed over', async () => {
  const { url } = await server({
    onResume: (peer, after) => {
      peer.send({ type: 'ready', after: after ?? 0 })
      send(peer, ...[1, 5].filter((seq) => seq > (after ?? 0)))
    },
  })
  const { seqs, said } = follow(url)
  await eventually(() => expect(seqs).toEqual([1, 5]))
  expect(said.at(-1)).toBe('missed: Events 2 to 4 are missing at the server.')
})

test('repeated events are dropped', async () => {
  const { url, peers } = await server({ onResume: (peer) => peer.send({ type: 'ready', after: 0 }) })
  const { seqs } = follow(url)
  await eventually(() => expect(peers[0]?.resumedAfter()).toBe(null))
  send(peers[0], 1, 2, 1, 2, 3)
  await eventually(() => expect(peers[0]?.acked()).toBe(3))
  expect(seqs).toEqual([1, 2, 3])
})

test('a server that forgot the cursor is followed from now on, and the loss is said', async () => {
  const { url, peers } = await server({
    onResume: (peer, after, connection) => {
      if (after === null) peer.send({ type: 'ready', after: connection === 1 ? 50 : 2 })
      else peer.socket.close(4404, 'unknown_cursor')
      send(peer, connection === 1 ? 51 : 3)
    },
  })
  const { seqs, said } = follow(url)
  await eventually(() => expect(seqs).toEqual([51]))
  peers[0]?.socket.terminate()
  await eventually(() => expect(seqs).toEqual([51, 3]))
  expect(said.join()).toMatch(/missed: The server does not know the last event seen/)
  await eventually(() => expect(peers.at(-1)?.acked()).toBe(3))
})

test('of a cursor before what is kept the loss is said, and it goes on with the oldest that is there', async () => {
  const { url, peers } = await server({
    onResume: (peer, after) => {
      if (after === 10) {
        const message = 'Events 11 to 40 are no longer kept.'
        peer.send({ type: 'error', code: 'event_no_longer_kept', message, first_seq: 41 })
        return peer.socket.close(4404, 'event_no_longer_kept')
      }
      peer.send({ type: 'ready', after: after ?? 0 })
      send(peer, 41, 42)
    },
  })
  const { seqs, said, positions } = follow(url, { start: { after: 10, event: 'evt_10' } })
  await eventually(() => expect(seqs).toEqual([41, 42]))
  expect(said[0]).toMatch(
    /^missed: Events before 41 are no longer kept, so that those from 11 to 40 are missing\. Going on/,
  )
  expect(peers[1]?.frames[0]).toEqual({ type: 'resume', after: 40 })
  await eventually(() => expect(positions.at(-1)).toEqual([42, 'evt_42']))
})

test('a cursor names the event at it, so that a server with another history can tell; what it says is passed on', async () => {
  const { url, peers } = await server({
    onResume: (peer, after, connection) => {
      if (connection === 2) {
        peer.send({ type: 'error', code: 'unknown_cursor', message: 'Event 51 is not evt_51.' })
        peer.socket.close(4404, 'unknown_cursor')
      } else peer.send({ type: 'ready', after: after ?? 50 })
      if (connection === 1) send(peer, 51)
    },
  })
  const { seqs, said } = follow(url)
  await eventually(() => expect(seqs).toEqual([51]))
  await eventually(() => expect(peers[0]?.acked()).toBe(51))
  peers[0]?.socket.terminate()
  await eventually(() => expect(peers).toHaveLength(3))
  expect(peers[0]?.frames[0]).toEqual({ type: 'resume', after: null })
  expect(peers[1]?.frames[0]).toEqual({ type: 'resume', after: 51, event: 'evt_51' })
  await eventually(() => expect(peers[2]?.frames[0]).toEqual({ type: 'resume', after: null }))
  expect(said).toContain('missed: Event 51 is not evt_51. Going on with new ones; events may have been missed.')
})

const wayOut = '\nLog in again for a new key: micro login'
for (const [name, refuse, hint] of [
  ['HTTP 401', () => fault(401, 'Invalid API Key provided: sk_test_****'), wayOut],
  ['HTTP 404', () => fault(404, 'Unrecognized request URL.'), ''],
] as const)
  test(`${name} ends it with the reason`, async () => {
    const { url } = await server({ refuse })
    expect(await follow(url).ended).toBe(`The server refused the connection: ${refuse().body.error.message}${hint}`)
  })

test('a key revoked while listening ends it', async () => {
  const { url } = await server({
    onResume: (peer) => {
      peer.send({ type: 'error', code: 'api_key_invalid', message: 'Invalid API Key provided: sk_test_****' })
      peer.socket.close(4401)
    },
  })
  expect(await follow(url).ended).toBe(
    `The server refused the connection: Invalid API Key provided: sk_test_****${wayOut}`,
  )
})

test('a server that cannot serve for a while is asked again', async () => {
  let refusals = 2
  const { url } = await server({
    refuse: () => (refusals-- > 0 ? fault(503, 'The server is shutting down.') : undefined),
    onResume: (peer) => peer.send({ type: 'ready', after: 0 }),
  })
  const { said } = follow(url)
  await eventually(() => expect(said).toEqual(['lost: The server is shutting down.', 'ready']))
})

test('a server that is not there at the first try ends it; one that goes away later does not', async () => {
  const gone = await httpServer(() => undefined)
  await gone.close()
  expect(await follow(gone.url).ended).toMatch(/^Cannot reach Micro at ws:.* Is it running\? Start it with: micro up$/)
  const { url, close } = await server({ onResume: (peer) => peer.send({ type: 'ready', after: 0 }) })
  const { said, ended, stop } = follow(url)
  await eventually(() => expect(said).toEqual(['ready']))
  await close()
  await eventually(() => expect(said.length).toBe(2))
  stop()
  expect(await ended).toBe('stopped')
})

test('a connection that fell silent is given up', async () => {
  const { url, peers } = await server({ onResume: (peer) => peer.send({ type: 'ready', after: 0 }) })
  const { said } = follow(url, { timings: { ...quick, heartbeatMs: 20 } })
  await eventually(() => expect(said).toEqual(['ready']))
  // The peer stops answering, as a machine behind a broken network does.
  peers[0]?.socket.pause()
  await eventually(() => expect(said).toEqual(['ready', 'lost: the server fell silent', 'again']))
})

for (const [name, text] of [
  ['no JSON', 'hello'],
  ['no event', '{"type":"event","seq":1,"event":{}}'],
  ['a seq that is none', '{"type":"ready","after":-1}'],
] as const)
  test(`${name} from the server drops the connection`, async () => {
    const { url } = await server({
      onResume: (peer, _after, connection) => {
        if (connection === 1) peer.socket.send(text)
        else peer.send({ type: 'ready', after: 0 })
      },
    })
    const { said } = follow(url)
    await eventually(() => expect(said).toEqual(['lost: the server sent something unreadable', 'ready']))
  })

test('frames of a later version are passed over', async () => {
  const { url } = await server({
    onResume: (peer) => {
      peer.socket.send('{"type":"news","text":"x"}')
      peer.send({ type: 'ready', after: 0 })
    },
  })
  const { said } = follow(url)
  await eventually(() => expect(said).toEqual(['ready']))
})

test('it begins where it is told to, and says how far everything is handled', async () => {
  const { url, peers } = await server({ onResume: serving(() => [1, 2, 3, 4, 5]) })
  const { seqs, positions, dones } = follow(url, { hold: true, start: { after: 2, event: 'evt_2' } })
  await eventually(() => expect(seqs).toEqual([3, 4, 5]))
  expect(peers[0]?.frames[0]).toEqual({ type: 'resume', after: 2, event: 'evt_2' })
  for (const seq of [4, 3, 5]) dones.get(seq)?.()
  expect(positions).toEqual([
    [2, 'evt_2'],
    [2, 'evt_2'],
    [4, 'evt_4'],
    [5, 'evt_5'],
  ])
})

test('a connection that stays away is told of again and again', async () => {
  const { url, close } = await server({ onResume: (peer) => peer.send({ type: 'ready', after: 0 }) })
  const { said } = follow(url, { timings: { ...quick, reminderMs: 10 } })
  await eventually(() => expect(said).toEqual(['ready']))
  await close()
  await eventually(() => expect(said.filter((line) => line.startsWith('still lost: ')).length).toBeGreaterThan(2))
})

test('a machine that was asleep connects anew, even if the connection looks well', async () => {
  const { url, peers } = await server({ onResume: (peer) => peer.send({ type: 'ready', after: 0 }) })
  let sleptMs = 0
  const clock = { now: () => new Date(monotonicMs() + sleptMs) }
  const { said } = follow(url, { timings: { ...quick, heartbeatMs: 20 }, clock })
  await eventually(() => expect(said).toEqual(['ready']))
  sleptMs = 3_600_000
  await eventually(() => expect(said).toEqual(['ready', 'lost: this machine was asleep', 'again']))
  expect(peers).toHaveLength(2)
})

test('what the key may not be told is passed over without a new connection, and acknowledged with what came before', async () => {
  const { url, peers } = await server({ onResume: (peer, after) => peer.send({ type: 'ready', after: after ?? 0 }) })
  const { seqs, said, dones, positions } = follow(url, { hold: true })
  await eventually(() => expect(peers[0]?.resumedAfter()).toBe(null))
  send(peers[0], 1)
  peers[0]?.send({ type: 'skip', seq: 40 })
  send(peers[0], 41)
  await eventually(() => expect(seqs).toEqual([1, 41]))
  expect(peers[0]?.acked()).toBe(undefined)
  dones.get(1)?.()
  await eventually(() => expect(peers[0]?.acked()).toBe(40))
  peers[0]?.socket.terminate()
  await eventually(() => expect(peers[1]?.resumedAfter()).toBe(40))
  expect(said.filter((line) => line.startsWith('missed'))).toEqual([])
  expect(positions.at(-1)).toEqual([40, undefined])
})
