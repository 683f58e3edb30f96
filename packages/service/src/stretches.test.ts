import { expect, test } from 'vitest'
import { stretchesOf } from './stretches.ts'

test('bounds are the ends of the stretches between them', () => {
  const { moments, ends } = stretchesOf([10, 20, 25])
  expect(ends).toEqual([
    { from: 10, until: 20 },
    { from: 20, until: 25 },
  ])
  expect(moments.map((each) => each.getTime())).toEqual([10_000, 20_000, 25_000])
})

for (const bounds of [
  [2, 1],
  [1, 1],
  [1, 3, 2],
])
  test(`bounds ${bounds.join(', ')} do not ascend`, () => {
    const refused = expect.objectContaining({
      code: 'parameter_invalid',
      detail: expect.objectContaining({ param: 'bounds' }),
    })
    expect(() => stretchesOf(bounds)).toThrow(refused)
  })
