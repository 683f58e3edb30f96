import { describe, expect, test } from 'vitest'
import { arrived, durationText, shareText } from './figures.ts'

const ids = (text: string) => [...text].map((id) => ({ id }))

describe('what arrived is what stands before the first that is shown', () => {
  for (const [shown, fresh, want] of [
    ['cba', 'cba', 0],
    ['cba', 'edcb', 2],
    ['cba', 'zyx', 3],
    ['', 'ba', 2],
    // The newest that were shown have left the window.
    ['cba', 'ba', 0],
  ] as const)
    test(`${shown} → ${fresh}`, () => expect(arrived(ids(shown), ids(fresh))).toBe(want))
})

for (const [part, all, want] of [
  [0, 0, '0 %'],
  [0, 9, '0 %'],
  [1, 1_000, '<1 %'],
  [1, 3, '33 %'],
  [9, 9, '100 %'],
] as const)
  test(`${part} of ${all} are ${want}`, () => expect(shareText(part, all)).toBe(want))

for (const [ms, want] of [
  [null, '—'],
  [4.23, '4.2 ms'],
  [249.6, '250 ms'],
  [1_420, '1.4 s'],
] as const)
  test(`${ms} is ${want}`, () => expect(durationText(ms)).toBe(want))
