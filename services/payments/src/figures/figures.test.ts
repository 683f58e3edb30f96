import { expect, test } from 'vitest'
import { figuresToWire, type Moved } from './figures.ts'

const moved = (amount: bigint, rest: Partial<Moved> = {}): Moved => ({
  stretch: 1,
  currency: 'idr',
  kind: 'charge',
  amount,
  fee: 0n,
  ...rest,
})
const most = 2n ** 53n - 1n
const ends = [1, 2].map((from) => ({ from, until: from + 1 }))

test('sums are told to the last digit, up to what a JSON number holds', () => {
  const [sums] = figuresToWire([moved(most)], [], ends)
  expect([sums?.volume, sums?.net, sums?.series.map(({ volume }) => volume)]).toEqual([
    Number(most),
    Number(most),
    [Number(most), 0],
  ])
})

for (const [what, rows] of [
  ['a sum', [moved(most + 2n)]],
  ['what all stretches come to', [moved(most), moved(2n, { stretch: 2 })]],
  ['a net', [moved(-most, { kind: 'dispute' }), moved(-2n, { kind: 'refund' })]],
] as const)
  test(`400 report_too_large rather than a rounded number: ${what}`, () =>
    expect(() => figuresToWire(rows, [], ends)).toThrow(expect.objectContaining({ code: 'report_too_large' })))
