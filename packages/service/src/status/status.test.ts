import { expect, test } from 'vitest'
import type { Worker } from '../worker.ts'
import { createStatus } from './status.ts'

const worker = (name: string, failures: number): Worker => ({
  name,
  start: () => {},
  ring: () => {},
  failuresInARow: () => failures,
  stop: () => Promise.resolve(),
})

test('what waits is told with its age in whole seconds, and of the background work what fails', async () => {
  const status = createStatus({
    service: 'payments',
    lags: {
      outbox: () => Promise.resolve({ waiting: 3, oldestSeconds: 12.7 }),
      verification: () => Promise.resolve({ waiting: 0, oldestSeconds: null }),
    },
    workers: [worker('payments.completer', 0), worker('payments.inbox', 4)],
  })
  expect(await status()).toMatchObject({
    object: 'service_status',
    service: 'payments',
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    postgres: null,
    redis: null,
    lags: [
      { name: 'outbox', waiting: 3, oldest_seconds: 12 },
      { name: 'verification', waiting: 0, oldest_seconds: null },
    ],
    failing_workers: [{ name: 'payments.inbox', failures: 4 }],
  })
})

test('what cannot be measured fails as a whole, and is not told as nothing', async () => {
  const status = createStatus({ service: 'payments', lags: { outbox: () => Promise.reject(new Error('away')) } })
  await expect(status()).rejects.toThrow('away')
})
