import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { afterAll, expect, test } from 'vitest'
import { newMerchant, pay } from './api.ts'
import { micro, microProgram, removeTemporaryDirectories, start } from './harness.ts'
import { ready, receiver } from './listener.ts'

afterAll(removeTemporaryDirectories)

test('listening survives a restart of the platform without missing or repeating an event', async () => {
  const own = await micro({ args: [] })
  const seller = await newMerchant(own.url)
  const port = new URL(own.url).port
  const { url, received, close } = await receiver()
  const listener = start(microProgram, ['listen', '--forward-to', url, '--config', join(own.dataDir, 'none.yaml')], {
    env: { MICRO_GATEWAY_URL: own.url, MICRO_API_KEY: seller.key },
  })
  await ready(listener)
  await pay(seller.test)
  await eventually(() => expect(received).toHaveLength(3))
  await own.stop()
  const again = await micro({ dataDir: own.dataDir, args: ['--port', port] })
  // While the listener may not be back yet.
  await pay(seller.test)
  await pay(seller.test)
  await eventually(() => expect(received.length).toBeGreaterThanOrEqual(9), { timeoutMs: 60_000 })
  expect(new Set(received.map(({ event }) => event.id)).size).toBe(9)
  expect(received).toHaveLength(9)
  listener.child.kill('SIGINT')
  await listener.ended
  await again.stop()
  close()
}, 180_000)

test('db url prints an address that works', async () => {
  const platform = await micro()
  const { code, stdout } = await start(microProgram, ['db', 'url', 'ledger', '--data-dir', platform.dataDir]).ended
  expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: platform.instance.databases.ledger.url })
  await platform.stop()
})
