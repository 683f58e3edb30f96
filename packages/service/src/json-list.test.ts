import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeApart } from './json-list.ts'

/** Reads an object by way of its parts; undefined where that is no JSON. */
const joined = (text: string): unknown => {
  const apart = takeApart(text, 'list')
  if (apart === undefined) return JSON.parse(text) as unknown
  const list = [...apart.items].map((each) => JSON.parse(each) as unknown)
  const rest = apart.rest()
  if (rest === 'twice') throw new SyntaxError('twice')
  return { ...(JSON.parse(rest) as object), list }
}
const orError = (read: () => unknown): unknown => {
  try {
    return read()
  } catch {
    return 'no JSON'
  }
}

test('an object read by its parts is the object read at once, however it is written', () => {
  const object = fc.record(
    { before: fc.jsonValue(), list: fc.array(fc.jsonValue()), 'a"\\': fc.jsonValue(), list2: fc.jsonValue() },
    { requiredKeys: [] },
  )
  const space = fc.constantFrom(undefined, 1, '\t', '\n \r')
  fc.assert(
    fc.property(object, space, (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(joined(text)).toEqual(JSON.parse(text))
    }),
    { numRuns: 500 },
  )
})

test('what is no JSON is none by its parts either', () => {
  const bits = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    ' ',
    '1',
    'null',
    '"list"',
    '"a"',
    '{"list":[',
    '"list":',
    '\\"',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 14 }), (drawn) => {
      const text = drawn.join('')
      // The second list of a name is refused, where JSON would take the last one.
      const twice = text.split('"list"').length > 2
      const whole = orError(() => JSON.parse(text) as unknown)
      const parts = orError(() => joined(text))
      if (!(twice && parts === 'no JSON')) expect([text, parts]).toEqual([text, whole])
    }),
    { numRuns: 20_000 },
  )
})

for (const text of [
  '{"list":[1}',
  '{"list":[1] 5,"a":2}',
  '{"list":[1,]}',
  '{"list":[,1]}',
  '{"list":[1',
  '{"list":[1]]}',
])
  test(`${text} is refused`, () => expect(orError(() => joined(text))).toBe('no JSON'))

test('a second list of the same name is noticed, whichever way it is spelt', () => {
  const apart = takeApart('{"list":[1],"\\u006cist":[2]}', 'list')
  expect([[...(apart?.items ?? [])], apart?.rest()]).toEqual([['1'], 'twice'])
})
