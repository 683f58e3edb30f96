import { expect, test } from 'vitest'
import { sizeText } from './size.ts'

for (const [bytes, want] of [
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [5e12, '5.0 TB'],
  [5e15, '5000.0 TB'],
] as const)
  test(`${bytes} is ${want}`, () => expect(sizeText(bytes)).toBe(want))
