import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, eventually, type TemporaryDirectory } from '@micro/testing'
import { monotonicMs } from '@micro/kernel'
import { listenerSecret, verifySignatureHeader } from '@micro/signing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli, startCli, type Running } from '../cli.fixture.ts'
import { eventOf, fault, httpServer, streamServer } from '../gateway.fixture.ts'

const apiKey = 'sk_test_supersecretkeyofthistest'
let home: TemporaryDirectory
let running: Running | undefined
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.finished
  running = undefined
  await home.remove()
})

const gateway = () => streamServer({ onResume: (peer) => peer.send({ type: 'ready', after: 0 }) })
const listen = (url: string, args: readonly string[] = []): Running =>
  (running = startCli(['listen', '--gateway-url', url, ...args], { home: home.path, env: { MICRO_API_KEY: apiKey } }))

test('an event is forwarded as a signed webhook, and event, status and time are printed', async () => {
  await using target = await httpServer(() => ({ status: 200 }))
  await using stream = await gateway()
  const cli = listen(stream.url, ['--forward-to', `${target.url}/webhook`])
  await cli.says(`Ready! Your webhook signing secret is ${listenerSecret(apiKey)} \\(\\^C to quit\\)`)
  const event = eventOf(1)
  stream.peers[0]?.send({ type: 'event', seq: 1, event })
  await cli.says(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}--> payment_intent\.succeeded \[evt_1\]\n/)
  await cli.says(new RegExp(`<-- \\[200\\] POST ${target.url}/webhook \\[evt_1\\] \\(\\d+ ms\\)\n`))
  await eventually(() => expect(stream.peers[0]?.acked()).toBe(1))

  const [request] = target.seen
  expect(request?.method).toBe('POST')
  expect(request?.body).toBe(JSON.stringify(event, null, 2))
  expect(request?.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Micro/0.1.0 (+webhooks)',
  })
  const header = String(request?.headers['stripe-signature'])
  const now = Math.floor(Date.now() / 1000)
  expect(verifySignatureHeader({ header, payload: request?.body ?? '', secret: listenerSecret(apiKey), now })).toBe(
    true,
  )
  expect(cli.stdout() + cli.stderr()).not.toContain(apiKey)
})

test('failures are shown with their reason: a refusal with its body, a redirect not followed, an endpoint that is not there', async () => {
  let status = 500
  await using target = await httpServer(() => ({
    status,
    body: `oh\u001b[31m no ${'x'.repeat(500)}`,
    headers: { location: '/elsewhere' },
  }))
  await using stream = await gateway()
  const cli = listen(stream.url, ['-f', `${target.url}/webhook`])
  await cli.says('Ready!')
  stream.peers[0]?.send({ type: 'event', seq: 1, event: eventOf(1) })
  await cli.says(/<-- \[500\] POST .* \(\d+ ms\): oh.* no x{100,}…\n/)
  expect(cli.stdout()).not.toContain('\u001b[31m no')
  status = 302
  stream.peers[0]?.send({ type: 'event', seq: 2, event: eventOf(2) })
  await cli.says(/<-- \[302\]/)
  expect(target.seen.map(({ path }) => path)).toEqual(['/webhook', '/webhook'])
  await target.close()
  stream.peers[0]?.send({ type: 'event', seq: 3, event: eventOf(3) })
  await cli.says(/<-- \[ERROR\] POST .*\[evt_3\] \(\d+ ms\): nothing listens at 127\.0\.0\.1:\d+\n/)
})

test('an endpoint that hangs on one object does not hold up others, nor Ctrl-C', async () => {
  await using target = await httpServer(({ body }) => (body.includes('pi_hung') ? undefined : { status: 200 }))
  await using stream = await gateway()
  const cli = listen(stream.url, ['-f', target.url])
  await cli.says('Ready!')
  stream.peers[0]?.send({ type: 'event', seq: 1, event: eventOf(1, {}, { id: 'pi_hung' }) })
  stream.peers[0]?.send({ type: 'event', seq: 2, event: eventOf(2, {}, { id: 'pi_hung' }) })
  for (let seq = 3; seq <= 50; seq++) stream.peers[0]?.send({ type: 'event', seq, event: eventOf(seq) })
  await cli.says(/<-- \[200\] .*\[evt_50\]/)
  expect(target.seen.filter(({ body }) => body.includes('pi_hung'))).toHaveLength(1)
  const from = monotonicMs()
  cli.child.kill('SIGINT')
  expect((await cli.finished).code).toBe(0)
  // Well before the half minute that the endpoint has to answer.
  expect(monotonicMs() - from).toBeLessThan(20_000)
  expect(cli.stdout()).not.toMatch(/<-- \[ERROR\]/)
})

test('Ctrl-C ends it at once while it waits to reconnect', async () => {
  const stream = await gateway()
  const cli = listen(stream.url)
  await cli.says('Ready!')
  await stream.close()
  await eventually(() => expect(cli.stderr()).toContain('Connection lost, reconnecting…'))
  cli.child.kill('SIGINT')
  expect((await cli.finished).code).toBe(0)
})

test('a refused key ends it with 3 and a clear sentence', async () => {
  await using stream = await streamServer({ refuse: () => fault(401, 'Invalid API Key provided: sk_test_****test') })
  const { code, stderr, stdout } = await listen(stream.url).finished
  expect([code, stdout, stderr]).toEqual([
    3,
    '',
    'Error: The server refused the connection: Invalid API Key provided: sk_test_****test\nLog in again for a new key: micro login\n',
  ])
})

test('with --json standard output holds one JSON object per line and nothing else; filtered events are acknowledged unseen', async () => {
  await using target = await httpServer(() => ({ status: 204 }))
  await using stream = await gateway()
  const cli = listen(stream.url, ['-f', target.url, '--json', '--events', 'charge.*'])
  await eventually(() => expect(cli.stderr()).toContain('Ready!'))
  stream.peers[0]?.send({ type: 'event', seq: 1, event: eventOf(1) })
  stream.peers[0]?.send({ type: 'event', seq: 2, event: eventOf(2, { type: 'charge.failed' }) })
  await eventually(() => expect(stream.peers[0]?.acked()).toBe(2))
  const lines = cli
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toMatchObject([
    { kind: 'event', seq: 2, event: { id: 'evt_2' } },
    { kind: 'forward', event: 'evt_2', status: 204 },
  ])
  expect(target.seen).toHaveLength(1)
})

test('no server is one sentence, exit code 6', async () => {
  const { code, stderr } = await runCli(['listen', '--gateway-url', 'http://127.0.0.1:1'], {
    home: home.path,
    env: { MICRO_API_KEY: apiKey },
  })
  expect(code).toBe(6)
  expect(stderr).toMatch(/^Error: Cannot reach Micro at ws:\/\/127\.0\.0\.1:1\/ws: .* Start it with: micro up\n$/)
})

const events = (...seqs: number[]) =>
  seqs.map((seq) => ({ seq, event: eventOf(seq, { created: 1_800_000_000 + 60 * seq }) }))

/** A gateway with an order of events, which answers from any position. */
const gatewayWith = (order: ReturnType<typeof events>) =>
  streamServer({
    headSeq: order.length,
    onResume(peer, after) {
      peer.send({ type: 'ready', after: after ?? order.length })
      for (const { seq, event } of order) if (seq > (after ?? order.length)) peer.send({ type: 'event', seq, event })
    },
  })

test('each route gets its own events, and the summary tells how it went', async () => {
  await using every = await httpServer(() => ({ status: 200 }))
  await using charges = await httpServer(() => ({ status: 400, body: 'no' }))
  await using stream = await gateway()
  const cli = listen(stream.url, ['-f', every.url, '--route', `charge.*=${charges.url}/c`])
  await cli.says('Ready!')
  stream.peers[0]?.send({ type: 'event', seq: 1, event: eventOf(1) })
  stream.peers[0]?.send({ type: 'event', seq: 2, event: eventOf(2, { type: 'charge.failed' }) })
  await cli.says(new RegExp(`<-- \\[400\\] POST ${charges.url}/c \\[evt_2\\] \\(\\d+ ms\\): no\n`))
  await cli.says(new RegExp(`<-- \\[200\\] POST ${every.url}/ \\[evt_2\\]`))
  expect([every.seen.length, charges.seen.length]).toEqual([2, 1])
  cli.child.kill('SIGINT')
  const { code, stderr } = await cli.finished
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^Received 2 events: 2 delivered \(\d+ ms on average, \d+ ms at most\), 1 failed\.\n$/),
  ])
})

test('what an endpoint does not take is tried again, and says so', async () => {
  let left = 1
  await using target = await httpServer(() => ({ status: left-- > 0 ? 503 : 200 }))
  await using stream = await gateway()
  const cli = listen(stream.url, ['-f', target.url, '--retries', '3', '--json'])
  await eventually(() => expect(cli.stderr()).toContain('Ready!'))
  stream.peers[0]?.send({ type: 'event', seq: 1, event: eventOf(1) })
  await cli.says(/"status":503.*"retry_in_ms":\d+/)
  expect(stream.peers[0]?.acked()).toBe(undefined)
  await cli.says('"status":200')
  await eventually(() => expect(stream.peers[0]?.acked()).toBe(1))
  cli.child.kill('SIGINT')
  const summary = JSON.parse((await cli.finished).stdout.trim().split('\n').at(-1) ?? '') as object
  expect(summary).toMatchObject({ kind: 'summary', events: 1, delivered: 1, failed: 0, retried: 1, reconnects: 0 })
})

for (const [args, want] of [
  [
    ['--since', String(1_800_000_000 + 60 * 4)],
    [4, 5, 6],
  ],
  [
    ['--replay-from', '5'],
    [5, 6],
  ],
] as const)
  test(`${args.join(' ')} begins with event ${want[0]}`, async () => {
    await using target = await httpServer(() => ({ status: 200 }))
    await using stream = await gatewayWith(events(1, 2, 3, 4, 5, 6))
    const cli = listen(stream.url, ['-f', target.url, '--json', ...args])
    await cli.says(/"kind":"forward","event":"evt_6"/)
    await eventually(() =>
      expect(target.seen.map(({ body }) => (JSON.parse(body) as { id: string }).id).toSorted()).toEqual(
        want.map((seq) => `evt_${seq}`),
      ),
    )
  })

test('a resume file carries on over restarts of the command; another account cannot use it', async () => {
  const order = events(1, 2, 3)
  await using target = await httpServer(() => ({ status: 200 }))
  await using stream = await gatewayWith(order)
  const file = join(home.path, 'position')
  const ids = () => target.seen.map(({ body }) => (JSON.parse(body) as { id: string }).id)
  const args = ['-f', target.url, '--resume-file', file]
  const first = listen(stream.url, args)
  await first.says('Ready!')
  await eventually(async () => expect(await readFile(file, 'utf8')).toContain('"seq":3'))
  first.child.kill('SIGKILL')
  await first.finished
  order.push(...events(4, 5))
  const second = listen(stream.url, args)
  await second.says(/<-- \[200\] .*\[evt_5\]/)
  await eventually(() => expect(ids()).toEqual(['evt_4', 'evt_5']))
  second.child.kill('SIGINT')
  await second.finished
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ merchant: 'acct_a', mode: 'test', seq: 5 })
  await writeFile(file, JSON.stringify({ merchant: 'acct_other', mode: 'test', seq: 5 }))
  const { code, stderr } = await listen(stream.url, args).finished
  expect([code, stderr]).toEqual([1, expect.stringContaining('The resume file is of acct_other in test mode')])
})
