import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRefresher } from './refresher.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What takes so long to read, and how often that was begun. */
const reading = (tookMs: number) => {
  const read = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, tookMs)))
  return { read, begun: () => read.mock.calls.length, ...createRefresher(read) }
}

test('what is told many times is read at once, and once more when a few seconds are over', async () => {
  const { refresh, begun } = reading(0)
  for (let told = 0; told < 50; told++) refresh()
  expect(begun()).toBe(1)
  await vi.advanceTimersByTimeAsync(2_999)
  expect(begun()).toBe(1)
  await vi.advanceTimersByTimeAsync(2)
  expect(begun()).toBe(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(begun()).toBe(2)
})

test('what takes 2 seconds is read no more often than every 42, however often it changes', async () => {
  const { refresh, begun } = reading(2_000)
  for (let second = 0; second < 125; second++) {
    refresh()
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(begun()).toBe(3)
})

test('what failed is read again, and what is not looked at any more is not', async () => {
  const read = vi.fn(() => Promise.reject(new Error('gone')))
  const { refresh, stop } = createRefresher(read)
  refresh()
  refresh()
  await vi.advanceTimersByTimeAsync(3_000)
  expect(read).toHaveBeenCalledTimes(2)
  refresh()
  stop()
  await vi.advanceTimersByTimeAsync(60_000)
  refresh()
  expect(read).toHaveBeenCalledTimes(2)
})
