import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inProcess } from '../in-process.fixture.ts'
import { httpServer } from '../gateway.fixture.ts'
import { health } from '../health.fixture.ts'

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home.remove())

const status = (...args: string[]) =>
  inProcess(['status', ...args], { env: { MICRO_CONFIG: join(home.path, 'none.yaml') } })

test('every part is told, with its reason, and the version', async () => {
  await using server = await httpServer(() => ({ status: 200, body: health({ events: 'It is behind.' }) }))
  const { code, stdout } = await status('--gateway-url', server.url)
  expect(code).toBe(0)
  expect(stdout).toBe(
    [
      `Gateway  ${server.url}`,
      'Status   degraded',
      'Version  9.9.9 (this command line is 1.2.3)',
      '',
      'PART      STATUS    REASON',
      'auth      ok',
      'payments  ok',
      'ledger    ok',
      'events    degraded  It is behind.',
      'bus       ok',
      'limiter   exact',
      '',
    ].join('\n'),
  )
  expect(JSON.parse((await status('--gateway-url', server.url, '--json')).stdout)).toMatchObject({
    gateway_url: server.url,
    status: 'degraded',
    services: { events: { status: 'degraded' } },
  })
})

test('what runs on the data directory is found there', async () => {
  await using server = await httpServer(() => ({ status: 200, body: health() }))
  const instance = { pid: process.pid, gateway_url: server.url, databases: {} }
  await writeFile(join(home.path, 'instance.json'), JSON.stringify(instance))
  const { code, stdout } = await status('--data-dir', home.path, '--json')
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { gateway_url: server.url, pid: process.pid, status: 'ok' }])
})

test('one that cannot serve ends with 6, and so does none', async () => {
  await using server = await httpServer(() => ({ status: 503, body: { ...health(), status: 'unavailable' } }))
  const { code, stdout, stderr } = await status('--gateway-url', server.url)
  expect([code, stderr]).toEqual([6, 'Error: Micro cannot serve now.\n'])
  expect(stdout).toContain('Status   unavailable')
  expect(await status('--gateway-url', 'http://127.0.0.1:1')).toMatchObject({ code: 6, stdout: '' })
})

test('what is no Micro is told so', async () => {
  await using server = await httpServer(() => ({ status: 200, body: '<html>' }))
  const { code, stderr } = await status('--gateway-url', server.url)
  expect([code, stderr]).toEqual([6, expect.stringContaining('is no Micro gateway')])
})
