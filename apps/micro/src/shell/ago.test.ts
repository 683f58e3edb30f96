import { expect, test } from 'vitest'
import { distanceOf } from './ago.ts'

const now = 1_800_000_000
for (const [away, want] of [
  [0, 'now'],
  [1, '1 s ago'],
  [59, '59 s ago'],
  [60, '1 min ago'],
  [3_599, '59 min ago'],
  [3_600, '1 h ago'],
  [86_400, '1 d ago'],
  [30 * 86_400, '30 d ago'],
  [31 * 86_400, undefined],
  [-5, 'in 5 s'],
  [-7_200, 'in 2 h'],
] as const)
  test(`${away} s away reads ${want}`, () => expect(distanceOf(now - away, now)).toBe(want))
