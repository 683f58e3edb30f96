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
  expect(monotonicMs() - from).toBeLessThan(1_000)
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

test('a refused key ends it with 1 and a clear sentence', async () => {
  await using stream = await streamServer({ refuse: () => fault(401, 'Invalid API Key provided: sk_test_****test') })
  const { code, stderr, stdout } = await listen(stream.url).finished
  expect([code, stdout, stderr]).toEqual([
    1,
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

test('no server is one sentence, exit code 1', async () => {
  const { code, stderr } = await runCli(['listen', '--gateway-url', 'http://127.0.0.1:1'], {
    home: home.path,
    env: { MICRO_API_KEY: apiKey },
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Error: Cannot reach Micro at ws:\/\/127\.0\.0\.1:1\/ws: .* Start it with: micro up\n$/)
})
