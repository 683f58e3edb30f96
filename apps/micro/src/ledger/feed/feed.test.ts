import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startCli } from '../../cli.fixture.ts'
import { httpServer } from '../../gateway.fixture.ts'
import { inProcess } from '../../in-process.fixture.ts'
import { entryOf, transactionOf } from '../ledger.fixture.ts'

let folder: TemporaryDirectory
let file: string
beforeEach(async () => {
  folder = await temporaryDirectory()
  file = join(folder.path, 'feed.cursor')
})
afterEach(() => folder.remove())

const cursorOf = (seq: number): string => (seq === 0 ? '0' : `${seq}-0123456789abcdef`)
const seqOf = (cursor: string | null): number => Number((cursor ?? '0').split('-')[0])
const heartbeat = (seq: number) => ({ object: 'ledger.feed.heartbeat', cursor: cursorOf(seq), head_seq: 5 })
const newsOf = (seq: number) => ({
  object: 'ledger.feed.transaction',
  cursor: cursorOf(seq),
  transaction: transactionOf([entryOf('bank', -1_250n), entryOf('sales', 1_250n)], { seq, reference_id: `r${seq}` }),
})

/** A book of five transactions. Each connection sends up to `atOnce` of them; then it ends well, breaks or is held. */
const feedServer = async ({ atOnce = 5, hold = false }: { atOnce?: number; hold?: boolean } = {}) => {
  const server = await httpServer((seen, response) => {
    const query = new URL(seen.path, 'http://x').searchParams
    const from = seqOf(query.get('after'))
    if (from > 5) return { status: 409, body: { error: { type: 'invalid_request_error', message: 'Ahead.' } } }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    const say = (line: object): void => void response.write(`${JSON.stringify(line)}\n`)
    say(heartbeat(from))
    const to = Math.min(5, from + atOnce)
    for (let seq = from + 1; seq <= to; seq++) say(newsOf(seq))
    if (hold) return undefined
    if (to < 5) setTimeout(() => response.destroy(), 20)
    else {
      say(heartbeat(to))
      response.end()
    }
    return undefined
  })
  const args = (...flags: string[]) => ['ledger', 'feed', ...flags, '--gateway-url', server.url]
  return { ...server, args, feed: (...flags: string[]) => inProcess(args(...flags)) }
}

const afters = (seen: readonly { path: string }[]) =>
  seen.map(({ path }) => seqOf(new URL(path, 'http://x').searchParams.get('after')))

test('prints a line for each transaction, and how to go on', async () => {
  await using server = await feedServer()
  const { code, stdout, stderr } = await server.feed()
  const lines = stdout.trim().split('\n')
  expect([code, lines.length]).toEqual([0, 6])
  expect(lines[1]).toMatch(/^ *1 +ltx_1 +post +r1 +12\.50 USD +bank +sales +2023-11-14 22:13:20$/)
  expect(stderr).toBe(`Go on behind it with: --after ${cursorOf(5)}\n`)
  expect(server.seen[0]?.headers.accept).toBe('application/x-ndjson')
})

test('as JSON each is a line of NDJSON with its cursor, and nothing else is on standard output', async () => {
  await using server = await feedServer()
  const { stdout } = await server.feed('--json', '--after', cursorOf(3))
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([newsOf(4), newsOf(5)])
  const none = await server.feed('--json', '--after', cursorOf(5))
  expect([none.stdout, none.stderr.split('\n')[0]]).toEqual(['', 'There was nothing new.'])
})

test('where connections break off, each transaction is printed once all the same', async () => {
  await using server = await feedServer({ atOnce: 2 })
  const { code, stdout, stderr } = await server.feed('--json')
  const seqs = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as ReturnType<typeof newsOf>).transaction.seq)
  expect([code, seqs, afters(server.seen)]).toEqual([0, [1, 2, 3, 4, 5], [0, 2, 4]])
  expect(stderr).toMatch(/^Connection lost, reconnecting… \(.+\)\nReconnected\.\n/)
})

describe('with a file for the cursor', () => {
  test('each run goes on where the one before stopped, and the file is for its owner alone', async () => {
    await using server = await feedServer()
    await writeFile(file, `${cursorOf(3)}\n`)
    expect((await server.feed('--json', '--cursor-file', file)).stdout.trim().split('\n')).toHaveLength(2)
    expect(await readFile(file, 'utf8')).toBe(`${cursorOf(5)}\n`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await server.feed('--cursor-file', file)).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There was nothing new.\n',
    })
    expect(afters(server.seen)).toEqual([3, 5])
    expect(await readdir(folder.path)).toEqual(['feed.cursor'])
  })

  test('a file that holds something else, or cannot be written, is told before anything is printed', async () => {
    await using server = await feedServer()
    await writeFile(file, 'no cursor\n')
    const other = await server.feed('--cursor-file', file)
    expect([other.code, other.stdout, other.stderr]).toEqual([1, '', expect.stringContaining('holds no cursor')])
    const nowhere = await server.feed('--cursor-file', join(folder.path, 'none', 'x'))
    expect([nowhere.code, nowhere.stdout, nowhere.stderr]).toEqual([1, '', expect.stringContaining('no such folder')])
  })

  test('a cursor the server refuses stays in the file', async () => {
    await using server = await feedServer()
    await writeFile(file, `${cursorOf(9)}\n`)
    expect(await server.feed('--cursor-file', file)).toMatchObject({ code: 5, stdout: '' })
    expect(await readFile(file, 'utf8')).toBe(`${cursorOf(9)}\n`)
  })

  test('Ctrl-C ends a follower well, with all it printed in the file', async () => {
    await using server = await feedServer({ hold: true })
    const running = startCli(server.args('--follow', '--json', '--cursor-file', file), {
      home: folder.path,
      env: { MICRO_API_KEY: 'sk_test_x' },
    })
    await running.says(/"r5"/)
    running.child.kill('SIGINT')
    expect(await running.finished).toMatchObject({ code: 0, stderr: '' })
    expect(await readFile(file, 'utf8')).toBe(`${cursorOf(5)}\n`)
  })

  test('what a reader who went away did not take is not counted as printed', async () => {
    await using server = await feedServer()
    const running = startCli(server.args('--follow', '--json', '--cursor-file', file), {
      home: folder.path,
      env: { MICRO_API_KEY: 'sk_test_x' },
    })
    running.child.stdout.destroy()
    expect((await running.finished).code).toBe(0)
    expect(await readFile(file, 'utf8').catch(() => '0\n')).toBe('0\n')
  })
})

test('--after and --cursor-file are two beginnings', async () => {
  await using server = await feedServer()
  const { code, stderr } = await server.feed('--after', '0', '--cursor-file', file)
  expect([code, stderr, server.seen]).toEqual([2, expect.stringContaining('not both'), []])
})

test('a follower that nobody answers says so at once', async () => {
  const server = await feedServer()
  await server.close()
  const { code, stderr } = await server.feed('--follow')
  expect([code, stderr]).toEqual([6, expect.stringContaining('Cannot reach Micro')])
})

test('a follower prints what comes while it follows', async () => {
  const seen: number[] = []
  await using server = await httpServer((_seen, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    response.write(`${JSON.stringify(heartbeat(0))}\n`)
    seen.push(seen.length)
    setTimeout(() => response.write(`${JSON.stringify(newsOf(seen.length))}\n`), 20)
    return undefined
  })
  const running = startCli(['ledger', 'feed', '--follow', '--gateway-url', server.url], {
    home: folder.path,
    env: { MICRO_API_KEY: 'sk_test_x' },
  })
  await running.says(/ r1 /)
  server.server.closeAllConnections()
  await running.says(/ r2 /)
  running.child.kill('SIGTERM')
  const { code, stderr } = await running.finished
  await eventually(() => expect(code).toBe(0))
  expect(stderr).toMatch(/^Connection lost.*\nReconnected\.\nGo on behind it with: --after 2-/)
})
