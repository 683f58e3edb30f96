import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isAlive, micro, microProgram, removeTemporaryDirectories, start } from './harness.ts'

afterAll(removeTemporaryDirectories)

test('status and doctor find what runs, and down ends it from elsewhere', async () => {
  const platform = await micro()
  const place = ['--data-dir', platform.dataDir, '--config', join(platform.dataDir, 'none.yaml')]
  const ran = (...args: string[]) => start(microProgram, [...args, ...place]).ended

  const status = await ran('status', '--json')
  expect([status.code, JSON.parse(status.stdout)]).toMatchObject([
    0,
    { gateway_url: platform.url, pid: platform.pid, status: 'ok', services: { ledger: { status: 'ok' } } },
  ])
  const { checks } = JSON.parse((await ran('doctor', '--json')).stdout) as {
    checks: { name: string; status: string }[]
  }
  expect(checks.filter(({ status: each }) => each === 'problem')).toEqual([])
  expect((await ran('open', '--print')).stdout).toBe(`${platform.url}\n`)

  expect(await ran('down')).toMatchObject({ code: 0, stdout: `Stopped. The data stays in ${platform.dataDir}.\n` })
  expect(isAlive(platform.pid)).toBe(false)
  expect((await platform.running.ended).code).toBe(0)
  expect((await ran('down')).stdout).toContain('No Micro is running')
  expect((await ran('status', '--gateway-url', platform.url)).code).toBe(6)
}, 180_000)

test('down --now does not wait', async () => {
  const platform = await micro()
  expect((await start(microProgram, ['down', '--now', '--data-dir', platform.dataDir]).ended).code).toBe(0)
  await platform.running.ended
  const again = await micro({ dataDir: platform.dataDir })
  expect((await fetch(`${again.url}/health`)).status).toBe(200)
  await again.stop()
}, 180_000)
