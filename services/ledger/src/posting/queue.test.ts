import { expect, test } from 'vitest'
import { createQueue } from './queue.ts'

const soon = () => new Promise<void>((resolve) => void setImmediate(resolve))

/** A queue whose loads end when they are told to. */
const started = ({ waitingMax = 100_000, loadsMax = 2 } = {}) => {
  const loads: { size: number; items: readonly string[]; end: () => void }[] = []
  const queue = createQueue<string, string>({
    carry: (items) =>
      new Promise((resolve) => loads.push({ size: items.length, items, end: () => resolve(items.map(() => 'done')) })),
    loadMax: 1_000,
    loadBytesMax: 1_000_000,
    loadsMax,
    shareMin: 32,
    waitingMax,
    waitingBytesMax: 1e9,
    bytesOf: () => 1,
    lineOf: (item) => item.split(' ', 1)[0] ?? '',
  })
  const put = (count: number, line = 'a'): void => {
    for (let at = 0; at < count; at++) void queue.put(`${line} ${at}`)
  }
  return { loads, put, queue }
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

test('few wait for the load that is under way, and leave together', async () => {
  const { loads, put } = started()
  put(1)
  await soon()
  put(1)
  await soon()
  put(30)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([1])
  loads[0]?.end()
  await soon()
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([1, 31])
})

test('many do not wait for a load that is under way', async () => {
  const { loads, put } = started()
  put(1)
  await soon()
  put(31)
  await soon()
  put(1)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([1, 32])
})

test('no more loads are under way than may be', async () => {
  const { loads, put } = started()
  put(5_000)
  await soon()
  expect(loads.map(({ size }) => size)).toEqual([1_000, 1_000])
})

test('whoever has many in line keeps nobody from the next load, and each line stays in its order', async () => {
  const { loads, put } = started({ loadsMax: 1 })
  put(5_000, 'many')
  put(2, 'few')
  put(1, 'one')
  await soon()
  const [load] = loads
  expect(load?.size).toBe(1_000)
  expect(load?.items.slice(0, 5)).toEqual(['many 0', 'few 0', 'one 0', 'many 1', 'few 1'])
  expect(load?.items.filter((item) => item.startsWith('many'))).toEqual(
    Array.from({ length: 997 }, (_, at) => `many ${at}`),
  )
  put(1, 'late')
  load?.end()
  await soon()
  await soon()
  expect(loads[1]?.items.slice(0, 3)).toEqual(['many 997', 'late 0', 'many 998'])
})

test('one line fills half of the room and no more', async () => {
  const { queue } = started({ waitingMax: 10 })
  const refused: unknown[] = []
  const put = (line: string, count: number): void => {
    for (let at = 0; at < count; at++) queue.put(`${line} ${at}`).catch(() => refused.push(line))
  }
  put('many', 8)
  put('others', 8)
  put('late', 1)
  await Promise.resolve()
  expect(refused).toEqual([...Array(3).fill('many'), ...Array(3).fill('others'), 'late'])
})
