import { Exact, MetadataUpdate, Unsettable } from '@micro/contracts'
import Type from 'typebox'
import { describe, expect, test } from 'vitest'
import { decodeBody } from './body.ts'
import { mergeMetadata, unsettable } from './metadata.ts'
import { compileValidator } from './validate.ts'

const before = { color: 'red', size: 'l' }

describe('metadata in an update', () => {
  const cases: readonly (readonly [form: string, after: object])[] = [
    ['', before],
    ['metadata[color]=blue', { color: 'blue', size: 'l' }],
    ['metadata[new]=1', { ...before, new: '1' }],
    ['metadata[color]=', { size: 'l' }],
    ['metadata[never]=', before],
    ['metadata[color]=&metadata[size]=', {}],
    ['metadata=', {}],
    ['{"metadata":{"color":null,"constructor":"x"}}', { size: 'l', constructor: 'x' }],
    ['{"metadata":null}', {}],
    ['{"metadata":""}', {}],
  ]
  for (const [form, after] of cases)
    test(`'${form}' on ${JSON.stringify(before)} gives ${JSON.stringify(after)}`, () => {
      const { value, coerce } = decodeBody(Buffer.from(form), undefined)
      const body = value as { metadata?: MetadataUpdate }
      compileValidator(Exact({ metadata: Type.Optional(MetadataUpdate) }))(body, coerce)
      expect(mergeMetadata(before, body.metadata)).toEqual(after)
    })

  test('may leave 50 keys, and not 51', () => {
    const full = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'v']))
    expect(Object.keys(mergeMetadata(full, { k0: '', other: 'v' }))).toHaveLength(50)
    expect(() => mergeMetadata(full, { other: 'v' })).toThrow(
      'Invalid metadata: it may hold at most 50 keys, and would have 51.',
    )
  })

  for (const [metadata, param] of [
    [{ ['k'.repeat(41)]: 'v' }, 'metadata'],
    [{ 'a[b]': 'v' }, 'metadata'],
    [{ a: 'v'.repeat(501) }, 'metadata[a]'],
    [{ a: { b: 'c' } }, 'metadata[a]'],
    ['all of it', 'metadata'],
    [[], 'metadata'],
  ] as const)
    test(`${JSON.stringify(metadata).slice(0, 40)} is refused by name`, () => {
      const validate = compileValidator(Exact({ metadata: Type.Optional(MetadataUpdate) }))
      expect(() => validate({ metadata }, false)).toThrow(
        expect.objectContaining({
          detail: expect.objectContaining({ param: expect.stringContaining(param) as string }) as object,
        }) as Error,
      )
    })
})

test('what is given empty is taken away, what is not given stays', () => {
  const body = (form: string) => {
    const { value, coerce } = decodeBody(Buffer.from(form), undefined)
    compileValidator(
      Exact({
        count: Type.Optional(Unsettable(Type.Integer())),
        open: Type.Optional(Unsettable(Type.Boolean())),
        names: Type.Optional(Unsettable(Type.Array(Type.String({ minLength: 1 })))),
        place: Type.Optional(Unsettable(Exact({ city: Type.String() }))),
      }),
    )(value, coerce)
    return Object.fromEntries(
      Object.entries(value as object).map(([name, each]) => [name, unsettable(each as unknown)]),
    )
  }
  expect(body('count=&open=&names=&place=')).toEqual({ count: null, open: null, names: null, place: null })
  expect(body('count=7&open=false&names[0]=a&place[city]=b')).toEqual({
    count: 7,
    open: false,
    names: ['a'],
    place: { city: 'b' },
  })
  expect(body('{"count":null}')).toEqual({ count: null })
})
