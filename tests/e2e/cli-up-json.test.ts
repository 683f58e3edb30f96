import { afterAll, expect, test } from 'vitest'
import { eventually } from '@micro/testing'
import { microProgram, removeTemporaryDirectories, start, temporaryDirectory } from './harness.ts'

afterAll(removeTemporaryDirectories)

test(
  'up --json says on one line where it is once it is ready, and everything else on standard error',
  { timeout: 180_000 },
  async () => {
    const running = start(microProgram, ['up', '--port', '0', '--data-dir', await temporaryDirectory(), '--json'])
    await eventually(() => expect(running.stdout()).toContain('\n'), { timeoutMs: 120_000 })
    const ready = JSON.parse(running.stdout()) as { gateway_url: string; pid: number }
    expect(ready).toMatchObject({ ready: true, ephemeral: false, registration_open: true, version: expect.any(String) })
    expect((await fetch(`${ready.gateway_url}/livez`)).status).toBe(200)
    running.child.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect([code, stdout.trim().split('\n')]).toEqual([0, [JSON.stringify(ready)]])
    expect(stderr).toMatch(/Databases: [\s\S]+Stopped\.\n$/)
  },
)
