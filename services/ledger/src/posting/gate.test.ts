import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('many are inside together', () => {
  const gate = createGate()
  expect([gate.enter(), gate.enter()]).toEqual([undefined, undefined])
})

test('one who wants to be alone waits for those inside, and those who come later wait for it', async () => {
  const gate = createGate()
  const order: string[] = []
  await gate.enter()
  const release = Promise.withResolvers<void>()
  const alone = gate.alone(async () => {
    order.push('alone')
    await release.promise
    order.push('done')
  })
  const later = Promise.resolve(gate.enter()).then(() => order.push('later'))
  await settled()
  expect(order).toEqual([])
  gate.leave()
  await settled()
  expect(order).toEqual(['alone'])
  release.resolve()
  await Promise.all([alone, later])
  expect(order).toEqual(['alone', 'done', 'later'])
})

test('two who want to be alone are so one after the other, in order, though the first fails', async () => {
  const gate = createGate()
  const order: number[] = []
  const first = gate.alone(async () => {
    await settled()
    order.push(1)
    throw new Error('failed')
  })
  const second = gate.alone(async () => order.push(2))
  await expect(first).rejects.toThrow('failed')
  await second
  expect(order).toEqual([1, 2])
  expect(gate.enter()).toBeUndefined()
})

test('who came before the second of them goes before it', async () => {
  const gate = createGate()
  const order: string[] = []
  const first = gate.alone(async () => order.push('first'))
  const between = Promise.resolve(gate.enter()).then(async () => {
    await settled()
    order.push('between')
    gate.leave()
  })
  const second = gate.alone(async () => order.push('second'))
  await Promise.all([first, between, second])
  expect(order).toEqual(['first', 'between', 'second'])
})
