import { expect, test } from 'vitest'
import { TimeoutError, within } from './within.ts'

test('work in time is answered with its own result or error, and is never told to stop', async () => {
  let told: AbortSignal | undefined
  const work = (signal: AbortSignal): Promise<number> => {
    told = signal
    return Promise.resolve(7)
  }
  expect(await within(60_000, work)).toBe(7)
  await expect(within(60_000, () => Promise.reject(new Error('its own')))).rejects.toThrow('its own')
  expect(told?.aborted).toBe(false)
})

test('work that is late ends its caller with TimeoutError, and is told by its signal', async () => {
  let told: AbortSignal | undefined
  const work = (signal: AbortSignal): Promise<never> => {
    told = signal
    return new Promise(() => {})
  }
  await expect(within(1, work)).rejects.toThrow(TimeoutError)
  expect(told?.aborted).toBe(true)
})
