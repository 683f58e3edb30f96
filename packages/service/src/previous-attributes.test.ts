import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { previousAttributes } from './previous-attributes.ts'

describe('what an object was before', () => {
  for (const [name, before, after, want] of [
    ['nothing changed', { a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } }, {}],
    ['a value', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 2 }],
    ['a value that was null', { name: null }, { name: 'Ada' }, { name: null }],
    ['a value that is null now', { name: 'Ada' }, { name: null }, { name: 'Ada' }],
    [
      'a value inside',
      { at: { city: 'Rome', line1: 'a' } },
      { at: { city: 'Bern', line1: 'a' } },
      { at: { city: 'Rome' } },
    ],
    ['a new key of metadata', { metadata: { a: '1' } }, { metadata: { a: '1', b: '2' } }, { metadata: { b: null } }],
    [
      'a key of metadata that went',
      { metadata: { a: '1', b: '2' } },
      { metadata: { a: '1' } },
      { metadata: { b: '2' } },
    ],
    ['a list, whole', { tags: ['a', 'b'] }, { tags: ['a', 'c'] }, { tags: ['a', 'b'] }],
    ['an object in place of null', { at: null }, { at: { city: 'Bern' } }, { at: null }],
    [
      'an object that went, whole',
      { at: { city: 'Bern', zip: '1' } },
      { at: null },
      { at: { city: 'Bern', zip: '1' } },
    ],
    ['a list in place of an object', { at: { a: 1 } }, { at: [1] }, { at: { a: 1 } }],
    [
      'a name that every object inherits',
      { metadata: { x: '1' } },
      { metadata: { x: '1', toString: 'y' } },
      { metadata: { toString: null } },
    ],
  ] satisfies [string, object, object, object][])
    test(name, () => expect(previousAttributes({ ...before }, { ...after })).toEqual(want as object))
})

type Value = null | string | number | boolean | readonly Value[] | { readonly [name: string]: Value }
type Members = Readonly<Record<string, Value>>

const isObject = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const own = (object: Members, name: string): Value => (Object.hasOwn(object, name) ? (object[name] ?? null) : null)

/** Puts what was told back over what is. */
const restore = (after: Members, previous: Members): Members => {
  const restored = Object.entries(previous).map(([name, was]): [string, Value] => {
    const is = own(after, name)
    return [name, isObject(is) && isObject(was) ? restore(is, was) : was]
  })
  return Object.fromEntries([...Object.entries(after), ...restored])
}

/** Absent and null are told alike. */
const withoutNulls = (value: Value): Value =>
  Array.isArray(value)
    ? value.map(withoutNulls)
    : isObject(value)
      ? Object.fromEntries(
          Object.entries(value).flatMap(([name, member]) =>
            member === null ? [] : [[name, withoutNulls(member)] as const],
          ),
        )
      : value

const names = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'toString')
const { members } = fc.letrec<{ value: Value; members: Members }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, 0, 1, '', 'x', true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('members'),
  ),
  members: fc.dictionary(names, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Members>,
}))

test('what is told, put back over the object as it is, gives the object as it was', () => {
  fc.assert(
    fc.property(members, members, (before, after) => {
      const previous = previousAttributes(before, after) as Members
      expect(withoutNulls(restore(after, previous))).toEqual(withoutNulls(before))
    }),
  )
})

test('nothing is told that did not change, at any depth', () => {
  fc.assert(
    fc.property(members, members, (before, after) => {
      const check = (previous: Members, was: Members, is: Members): void => {
        for (const [name, told] of Object.entries(previous)) {
          expect(withoutNulls(own(was, name))).not.toEqual(withoutNulls(own(is, name)))
          const [inner, outer] = [own(was, name), own(is, name)]
          if (isObject(inner) && isObject(outer) && isObject(told)) check(told, inner, outer)
          else expect(told).toEqual(inner)
        }
      }
      check(previousAttributes(before, after) as Members, before, after)
      expect(previousAttributes(before, before)).toEqual({})
    }),
  )
})
