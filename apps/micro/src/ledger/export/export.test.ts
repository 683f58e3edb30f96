import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeEach, afterEach, describe, expect, test } from 'vitest'
import { startCli } from '../../cli.fixture.ts'
import { httpServer } from '../../gateway.fixture.ts'
import { inProcess } from '../../in-process.fixture.ts'

let home: TemporaryDirectory
let out: string
beforeEach(async () => {
  home = await temporaryDirectory()
  out = join(home.path, 'ledger.ndjson')
})
afterEach(() => home.remove())

const lines = '{"object":"ledger.export"}\n{"object":"ledger.export.transaction","seq":1,"text":"ä€"}\n'
const sha256 = createHash('sha256').update(lines).digest('hex')
const whole = `${lines}{"object":"ledger.export.end","transactions":1,"to_seq":1,"sha256":"${sha256}"}\n`

let answer: (response: ServerResponse, path: string) => void
const server = await httpServer((seen, response) => {
  answer(response, seen.path)
  return undefined
})
afterAll(() => server.close())

const exported = (...args: string[]) => inProcess(['ledger', 'export', ...args, '--gateway-url', server.url])
const sends = (text: string) => {
  answer = (response) => void response.writeHead(200).end(text)
}
/** Sends the beginning, then breaks the connection. */
const breaksAfter = (text: string) => {
  answer = (response) => {
    response.writeHead(200)
    response.write(text, () => response.destroy())
  }
}

test('a whole export takes its name, readable by its owner alone, in place of an older one', async () => {
  sends(whole)
  await writeFile(out, 'older')
  expect(await exported('--out', out)).toEqual({
    code: 0,
    stdout: '',
    stderr: `Exported 1 transactions up to seq 1 to ${out}.\n`,
  })
  expect(await readFile(out, 'utf8')).toBe(whole)
  expect((await stat(out)).mode & 0o777).toBe(0o600)
  expect(await readdir(home.path)).toEqual(['ledger.ndjson'])
  expect(JSON.parse((await exported('--out', out, '--json')).stdout)).toMatchObject({ end: { to_seq: 1 } })
})

describe('one that is not whole leaves what was there, and no part of itself', () => {
  for (const [name, prepare, args, message] of [
    ['cut at a line', () => sends(lines), [], 'The export is not whole: the line that ends it is missing.'],
    ['cut in a line', () => sends(whole.slice(0, -9)), [], 'it ends in the middle of a line'],
    ['changed on the way', () => sends(whole.replace('€', 'E')), [], 'it is not what was sent'],
    ['told to be over', () => sends(`${lines}{"error":{"message":"No more."}}\n`), [], 'not whole: No more.'],
    ['broken off', () => breaksAfter(lines), [], 'broke in the middle of its answer'],
    ['broken off, as CSV', () => breaksAfter('seq\r\n1\r\n'), ['--format', 'csv'], 'broke in the middle of its answer'],
  ] as const)
    test(name, async () => {
      prepare()
      await writeFile(out, 'older')
      const { code, stderr } = await exported('--out', out, ...args)
      expect([code, stderr]).toEqual([name.startsWith('broken off') ? 6 : 1, expect.stringContaining(message)])
      expect(await readFile(out, 'utf8')).toBe('older')
      expect(await readdir(home.path)).toEqual(['ledger.ndjson'])
    })
})

test('a refusal of the server is said, and leaves nothing', async () => {
  answer = (response) =>
    void response.writeHead(429).end(JSON.stringify({ error: { type: 'api_error', message: 'Too many streams.' } }))
  expect(await exported('--out', out)).toMatchObject({ code: 6, stderr: 'Error: Too many streams.\n' })
  expect(await readdir(home.path)).toEqual([])
})

test('standard output gets every byte, and the exit code says whether it was whole', async () => {
  sends(whole)
  expect(await exported()).toMatchObject({ code: 0, stdout: whole })
  sends(lines)
  expect(await exported('--out', '-')).toMatchObject({ code: 1, stdout: lines })
})

test('progress is shown beside a file, never into what is piped on', async () => {
  sends(whole)
  const args = ['ledger', 'export', '--gateway-url', server.url]
  expect((await inProcess([...args, '--out', out], { terminal: true })).stderr).toMatch(
    /^\rExporting… \d+ bytes\r +\rE/,
  )
  expect((await inProcess(args, { terminal: true })).stderr).toBe('Exported 1 transactions up to seq 1.\n')
})

test('format and range are asked for', async () => {
  let asked = ''
  answer = (response, path) => {
    asked = path
    response.writeHead(200).end('seq\r\n')
  }
  await exported('--format', 'csv', '--from-seq', '2', '--to-seq', '9')
  expect(asked).toBe('/ledger/export?format=csv&from_seq=2&to_seq=9')
})

test('Ctrl-C ends it at once and leaves no part', async () => {
  answer = (response) => void response.writeHead(200).write(lines)
  const env = { MICRO_API_KEY: 'sk_test_x', MICRO_GATEWAY_URL: server.url }
  const { child, finished } = startCli(['ledger', 'export', '--out', out], { home: home.path, env })
  await eventually(async () => expect((await stat(`${out}.part`)).size).toBeGreaterThan(0))
  child.kill('SIGINT')
  expect(await finished).toMatchObject({ code: 1, stderr: 'Error: Interrupted. Nothing of the export was kept.\n' })
  expect(await readdir(home.path)).toEqual([])
})

test('two exports never write one file', async () => {
  sends(whole)
  await writeFile(`${out}.part`, 'of another')
  const { code, stderr } = await exported('--out', out)
  expect([code, stderr]).toEqual([1, expect.stringContaining(`${out}.part is there already`)])
  expect(await readFile(`${out}.part`, 'utf8')).toBe('of another')
})

test('a folder, a missing folder and a device are no files; a link is followed', async () => {
  sends(whole)
  expect((await exported('--out', home.path)).stderr).toContain('is not a file')
  expect((await exported('--out', join(home.path, 'none', 'x'))).stderr).toContain('there is no such folder')
  expect((await exported('--out', '/dev/null')).stderr).toContain('/dev/null is not a file')
  await mkdir(join(home.path, 'there'))
  await writeFile(join(home.path, 'there', 'real'), 'older')
  await symlink(join(home.path, 'there', 'real'), out)
  expect((await exported('--out', out)).code).toBe(0)
  expect(await readFile(join(home.path, 'there', 'real'), 'utf8')).toBe(whole)
})
