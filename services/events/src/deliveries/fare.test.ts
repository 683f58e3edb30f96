import { describe, expect, test } from 'vitest'
import { faresOf } from './fare.ts'
import type { Result } from './result.ts'

const at = (second: number) => new Date(1_767_225_600_000 + second * 1000)
/** Results in the order of the word, one a second: `+` got through, `-` failed. */
const results = (word: string, id = 'we_1') =>
  [...word].map((sign, second) => ({
    row: { merchant: 'acct_a', mode: 'test', id: `dlv_${second}`, endpoint: { id } },
    attempt: { error: sign === '+' ? null : 'it answered 500' },
    now: at(second),
  })) as unknown as Result[]

describe('an endpoint fares', () => {
  for (const [word, gotThrough, failures, since] of [
    ['+', true, 0, null],
    ['+++', true, 0, null],
    ['-', false, 1, 0],
    ['---', false, 3, 0],
    ['--+', true, 0, null],
    ['-+--', true, 2, 2],
    ['-+-+-', true, 1, 4],
  ] as const)
    test(`by ${word} as by one after another`, () =>
      expect(faresOf(results(word))).toEqual([
        {
          merchant: 'acct_a',
          mode: 'test',
          endpoint: 'we_1',
          gotThrough,
          failures,
          since: since === null ? null : at(since),
        },
      ]))

  test('by its own results alone', () => {
    const fares = faresOf([...results('-', 'we_2'), ...results('+', 'we_1'), ...results('-', 'we_2')])
    expect(fares.map(({ endpoint, failures }) => [endpoint, failures])).toEqual([
      ['we_2', 2],
      ['we_1', 0],
    ])
  })
})
