import { memoryBus } from '@micro/bus'
import type { BusMessages } from '@micro/contracts'
import { eventually, fakeClock } from '@micro/testing'
import { expect, test } from 'vitest'
import { datedRevocations } from './revocations.ts'

test('a revocation says when it was, and other messages pass as they are', async () => {
  const bus = memoryBus<BusMessages>({ onError: () => {} })
  const clock = fakeClock()
  const heard: unknown[] = []
  bus.subscribe('credential.revoked', (message) => void heard.push(message))
  bus.subscribe('outbox.ready', (message) => void heard.push(message))
  const dated = datedRevocations(bus, clock)
  dated.publish('credential.revoked', { keyId: 'key_1' })
  dated.publish('outbox.ready', { service: 'payments' })
  await eventually(() =>
    expect(heard).toEqual([{ keyId: 'key_1', revokedMs: clock.now().getTime() }, { service: 'payments' }]),
  )
})
