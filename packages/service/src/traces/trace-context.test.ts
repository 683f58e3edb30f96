import { expect, test } from 'vitest'
import { readTraceparent, writeTraceparent } from './trace-context.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'

for (const [header, want] of [
  [`00-${trace}-${span}-01`, 1],
  [`00-${trace}-${span}-00`, 0],
  // Flags we do not know say nothing; a version to come may say more at the end.
  [`00-${trace}-${span}-ff`, 1],
  [`cc-${trace}-${span}-01-what-the-future-holds`, 1],
] as const)
  test(`'${header}' names a trace`, () => {
    expect(readTraceparent(header)).toEqual({ traceId: trace, spanId: span, traceFlags: want, isRemote: true })
  })

for (const header of [
  undefined,
  ['a', 'b'],
  '',
  '00-a-b-01',
  `00-${trace}-${span}`,
  `00-${trace.toUpperCase()}-${span}-01`,
  `00-${'0'.repeat(32)}-${span}-01`,
  `00-${trace}-${'0'.repeat(16)}-01`,
  `ff-${trace}-${span}-01`,
  `00-${trace}-${span}-01-more`,
  ` 00-${trace}-${span}-01`,
  `00-${trace}-${span}-01\n`,
  `00-${trace}-${span}-01, 00-${trace}-${span}-01`,
  `cc-${trace}-${span}-01-${'x'.repeat(1000)}`,
])
  test(`${JSON.stringify(header)?.slice(0, 80)} names none`, () => expect(readTraceparent(header)).toBeUndefined())

test('what is written is read back as it was', () => {
  const header = `00-${trace}-${span}-01`
  const read = readTraceparent(header)
  expect(read && writeTraceparent(read)).toBe(header)
})
