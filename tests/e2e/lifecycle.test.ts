import { execFileSync } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay } from './api.ts'
import { isAlive, micro, microProgram, removeTemporaryDirectories, start, temporaryDirectory } from './harness.ts'

afterAll(removeTemporaryDirectories)

/** Everything still running that has the data directory in its command line or as its working directory. */
const leftIn = (dataDir: string): string =>
  execFileSync(
    'sh',
    [
      '-c',
      `for p in /proc/[0-9]*; do case "$(readlink $p/cwd 2>/dev/null) $(tr '\\0' ' ' <$p/cmdline 2>/dev/null)" in *"$1"*) [ "$p" = "/proc/$$" ] || echo "$p $(tr '\\0' ' ' <$p/cmdline)";; esac; done`,
      'sh',
      dataDir,
    ],
    { encoding: 'utf8' },
  )

test('data survives a restart, and Ctrl-C leaves nothing running', async () => {
  const first = await micro()
  const merchant = await newMerchant(first.url)
  const paid = await pay(merchant.test)
  const ended = await first.stop()
  expect({ code: ended.code, signal: ended.signal, stderr: ended.stderr }).toEqual({
    code: 0,
    signal: null,
    stderr: '',
  })
  expect(isAlive(first.pid)).toBe(false)
  expect(leftIn(first.dataDir)).toBe('')

  const second = await micro({ dataDir: first.dataDir })
  const again = await caller(second.url, merchant.key)('GET', `/v1/payment_intents/${paid.body.id}`)
  expect(again.body).toEqual(paid.body)
  await second.stop()
})

describe('a start that cannot work ends with one clear sentence', () => {
  const refused = async (args: readonly string[]): Promise<{ code: number | null; stderr: string }> => {
    const { code, stderr } = await start(microProgram, ['up', ...args]).ended
    return { code, stderr }
  }

  test('on a data directory in use', async () => {
    const platform = await micro()
    // The very same command once more: that its port is taken too would only distract.
    for (const port of ['0', new URL(platform.url).port]) {
      const { code, stderr } = await refused(['--port', port, '--data-dir', platform.dataDir])
      expect(code).toBe(1)
      expect(stderr).toMatch(/^Micro is already running on this data directory \(process \d+\)\. .*--data-dir\.\n$/)
    }
    // The one that runs is not disturbed.
    expect((await fetch(`${platform.url}/health`)).status).toBe(200)
    await platform.stop()
  })
  test('on a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const { code, stderr } = await refused(['--port', String(port), '--data-dir', await temporaryDirectory()])
    const other = await start(microProgram, ['up', '--port', '0', '--data-dir', await temporaryDirectory()], {
      env: { METRICS_PORT: String(port) },
    }).ended
    expect([other.code, other.stderr]).toEqual([1, `Port ${port} on 127.0.0.1 is taken by another program.\n`])
    server.close()
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`^Port 127\\.0\\.0\\.1:${port} is in use by another program\\..*--port\\.\\n$`))
  })
  test('on a data directory that cannot be', async () => {
    const file = join(await temporaryDirectory(), 'file')
    await writeFile(file, '')
    const { code, stderr } = await refused(['--port', '0', '--data-dir', join(file, 'below')])
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('below')
  })
  test('with settings that cannot work, all of them named at once and before anything is started', async () => {
    const dataDir = await temporaryDirectory()
    const args = ['up', '--port', '0', '--data-dir', dataDir]
    const { code, stdout, stderr } = await start(microProgram, args, {
      env: { MICRO_RATE_LIMIT: 'abc', MICRO_FEE_FIXED: '-1' },
    }).ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('MICRO_RATE_LIMIT must be a whole number from 0')
    expect(stderr).toContain('MICRO_FEE_FIXED must be a whole number from 0')
  })
  test('with a flag that does not exist', async () => {
    const { code, stderr } = await refused(['--prot', '8080'])
    expect(code).toBe(2)
    expect(stderr).toContain('--prot')
  })
})

test('when the command line is killed, the platform it started ends too', async () => {
  const platform = await micro()
  platform.running.child.kill('SIGKILL')
  await eventually(() => expect(isAlive(platform.pid)).toBe(false), { timeoutMs: 60_000 })
  await eventually(() => expect(leftIn(platform.dataDir)).toBe(''), { timeoutMs: 60_000 })
})

test('an ephemeral platform leaves no data behind', async () => {
  const running = start(microProgram, ['up', '--port', '0', '--ephemeral'], { env: { MICRO_RATE_LIMIT: '0' } })
  await eventually(() => expect(running.stdout()).toContain('Micro is ready'), { timeoutMs: 60_000 })
  const dataDir = /Data\s+(\S+)/.exec(running.stdout())![1]!
  running.child.kill('SIGINT')
  expect((await running.ended).code).toBe(0)
  expect(
    execFileSync('sh', ['-c', '[ -e "$1" ] && echo there || echo gone', 'sh', dataDir], { encoding: 'utf8' }).trim(),
  ).toBe('gone')
})
