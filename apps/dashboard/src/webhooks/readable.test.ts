import { expect, test } from 'vitest'
import { readable } from './readable.ts'

for (const [body, want] of [
  ['{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'],
  ['<h1>It broke</h1>', '<h1>It broke</h1>'],
  ['{"a":[1', '{"a":[1'],
  ['', ''],
] as const)
  test(`a body of '${body}' is shown in lines where it is JSON`, () => expect(readable(body)).toBe(want))
