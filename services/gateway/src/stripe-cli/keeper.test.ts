import { eventually } from '@micro/testing'
import { expect, test } from 'vitest'
import { createKeeper, type Progress } from './keeper.ts'

const setUp = () => {
  const saved: Progress[] = []
  const state = { failing: false, gate: Promise.resolve(), errors: 0 }
  const keeper = createKeeper({
    afterSeq: 3,
    async save(progress) {
      await state.gate
      if (state.failing) throw new Error('store down')
      saved.push(progress)
    },
    onError: () => state.errors++,
    resentMax: 2,
  })
  return { keeper, saved, state }
}

test('what comes while one is written goes together with the next, and the last of it is written at the end', async () => {
  const { keeper, saved, state } = setUp()
  let open = (): void => {}
  state.gate = new Promise((resolve) => (open = resolve))
  for (const seq of [4, 5, 6]) keeper.note(seq, [])
  open()
  await keeper.end()
  expect(saved.at(-1)).toEqual({ afterSeq: 6, resent: [], connected: false })
  expect(saved.length).toBeLessThanOrEqual(2)
})

test('what could not be written is written with the next beat, and never goes back', async () => {
  const { keeper, saved, state } = setUp()
  state.failing = true
  keeper.note(9, ['evt_1'])
  await eventually(() => expect(state.errors).toBe(1))
  state.failing = false
  keeper.note(5, [])
  keeper.beat()
  await eventually(() => expect(saved.at(-1)).toEqual({ afterSeq: 9, resent: [], connected: true }))
  expect(saved[0]).toMatchObject({ afterSeq: 9, resent: ['evt_1'] })
})

test('many events sent once more are written in parts', async () => {
  const { keeper, saved } = setUp()
  keeper.note(3, ['evt_1', 'evt_2', 'evt_3'])
  await keeper.end()
  expect(saved.flatMap(({ resent }) => resent)).toEqual(['evt_1', 'evt_2', 'evt_3'])
})
