import { expect, test } from 'vitest'
import { createQueue } from './queue.ts'

const soon = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** A queue whose loads end when they are told to. */
const started = () => {
  const loads: { size: number; end: () => void }[] = []
  const queue = createQueue<number, number>({
    carry: (items) =>
      new Promise((resolve) => loads.push({ size: items.length, end: () => resolve(items.map((item) => -item)) })),
    loadMax: 1_000,
    loadBytesMax: 1_000_000,
    loadsMax: 2,
    shareMin: 32,
    waitingMax: 100_000,
    waitingBytesMax: 1e9,
    bytesOf: () => 1,
  })
  const put = (count: number): void => {
    for (let at = 0; at < count; at++) void queue.put(at)
  }
  return { loads, put }
}

test('many are shared out among the loads, so that one is made ready while the other is carried', async () => {
  const { loads, put } = started()
  put(256)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([128, 128])
})

test('those who come while a load is carried leave on another, and keep to their share', async () => {
  const { loads, put } = started()
  put(256)
  await soon()
  loads[0]?.end()
  await soon()
  put(128)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([128, 128, 128])
})

test('few leave together', async () => {
  const { loads, put } = started()
  put(32)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([32])
})

test('no more loads are under way than may be', async () => {
  const { loads, put } = started()
  put(5_000)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([1_000, 1_000])
})
