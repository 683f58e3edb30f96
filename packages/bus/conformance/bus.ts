import { expect, test } from 'vitest'
import type { Bus } from '../src/bus.ts'

interface Messages {
  ping: { n: number }
  pong: { n: number }
}

/** What every bus must do, whatever carries it. `settle` waits until published messages have had time to arrive. */
export const busConformance = (create: () => Promise<{ bus: Bus<Messages>; settle: () => Promise<void> }>): void => {
  test('every subscriber of a topic gets each message once, in order', async () => {
    const { bus, settle } = await create()
    const seen: number[][] = [[], []]
    for (const mine of seen) bus.subscribe('ping', ({ n }) => void mine.push(n))
    for (const n of [1, 2, 3]) bus.publish('ping', { n })
    await settle()
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
    await bus.close()
  })
  test('topics do not mix', async () => {
    const { bus, settle } = await create()
    const seen: number[] = []
    bus.subscribe('pong', ({ n }) => void seen.push(n))
    bus.publish('ping', { n: 1 })
    await settle()
    expect(seen).toEqual([])
    await bus.close()
  })
  test('publishing returns before any handler runs', async () => {
    const { bus, settle } = await create()
    let ran = false
    bus.subscribe('ping', () => {
      ran = true
    })
    bus.publish('ping', { n: 1 })
    expect(ran).toBe(false)
    await settle()
    expect(ran).toBe(true)
    await bus.close()
  })
  test('a handler that throws neither reaches the publisher nor the other handlers', async () => {
    const { bus, settle } = await create()
    const seen: number[] = []
    bus.subscribe('ping', () => {
      throw new Error('a broken handler')
    })
    bus.subscribe('ping', ({ n }) => void seen.push(n))
    bus.publish('ping', { n: 1 })
    await settle()
    expect(seen).toEqual([1])
    await bus.close()
  })
  test('an unsubscribed handler and a closed bus get nothing', async () => {
    const { bus, settle } = await create()
    const seen: number[] = []
    const unsubscribe = bus.subscribe('ping', ({ n }) => void seen.push(n))
    unsubscribe()
    bus.publish('ping', { n: 1 })
    await settle()
    bus.subscribe('ping', ({ n }) => void seen.push(n))
    await bus.close()
    bus.publish('ping', { n: 2 })
    await settle()
    expect(seen).toEqual([])
  })
  test('it says that it is ready, and once closed, that it is closed', async () => {
    const { bus } = await create()
    expect(bus.status()).toBe('ready')
    await bus.close()
    expect(bus.status()).toBe('closed')
    await bus.close()
  })
}
