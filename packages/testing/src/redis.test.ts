import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { redisAvailable, startRedis } from './redis.ts'

/** What Redis answers to commands sent in its inline form, one a line. */
const ask = (url: string, ...commands: string[]) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write(`${[...commands, 'QUIT'].join('\r\n')}\r\n`))
    let answer = ''
    socket.on('data', (data) => (answer += data.toString())).once('error', reject)
    socket.once('close', () => resolve(answer))
  })

afterEach(() => void vi.unstubAllEnvs())

test('a machine without redis-server leaves out and says so; CI does not leave out', () => {
  vi.stubEnv('PATH', '/nowhere')
  vi.stubEnv('CI', 'false')
  const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(redisAvailable()).toBe(false)
  expect(log.mock.calls.join()).toContain('redis-server is not in PATH')
  log.mockRestore()
  vi.stubEnv('CI', 'true')
  expect(() => redisAvailable()).toThrow('redis-server is not in PATH')
})

describe.skipIf(!redisAvailable())('startRedis', () => {
  test('is empty after a restart at the same address, and gone after stop', async () => {
    const redis = await startRedis()
    expect(await ask(redis.url, 'SET one 1', 'GET one')).toContain('$1\r\n1')
    await redis.restart()
    expect(await ask(redis.url, 'DBSIZE')).toContain(':0')
    await redis.kill()
    await redis.restart()
    await redis.stop()
    await expect(ask(redis.url, 'PING')).rejects.toThrow('ECONNREFUSED')
  })

  test('with a password it answers nobody else', async () => {
    await using redis = await startRedis({ password: 'pass word' })
    expect(await ask(redis.url, 'GET one')).toContain('NOAUTH')
    expect(await ask(redis.url, 'AUTH "pass word"', 'PING')).toContain('+PONG')
    expect(redis.url).toContain(':pass%20word@')
  })
})
