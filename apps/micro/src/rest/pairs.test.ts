import { describe, expect, test } from 'vitest'
import { collectPairs, formOf, nestedOf, type Pair } from './pairs.ts'
import { jsonBody } from './json-body.ts'

const pairs = (...texts: string[]): Pair[] => texts.reduce<Pair[]>((all, text) => collectPairs(text, all), [])

describe('what is typed is what is sent', () => {
  for (const [texts, form] of [
    [['a=1', 'b=2'], 'a=1&b=2'],
    [['metadata[order]=7'], 'metadata[order]=7'],
    [['items[][price]=p', 'items[][price]=q'], 'items[][price]=p&items[][price]=q'],
    [['name=a b&c=d', 'x='], 'name=a%20b%26c%3Dd&x='],
    [['note=1=2'], 'note=1%3D2'],
    [['name=Zoë €'], 'name=Zo%C3%AB%20%E2%82%AC'],
  ] as const)
    test(texts.join(' '), () => expect(formOf(pairs(...texts))).toBe(form))

  for (const text of ['a', '=1', 'a[b=1', 'a]=1', 'a b=1', '[a]=1'])
    test(`${text} is none`, () => expect(() => collectPairs(text)).toThrow('It must look like name=value'))
})

test('as JSON, brackets are objects and lists', () => {
  expect(
    nestedOf(pairs('a=1', 'm[x]=y', 'l[]=p', 'l[]=q', 'e[0][amount]=5', 'e[0][side]=debit', 'e[1][amount]=5')),
  ).toEqual({ a: '1', m: { x: 'y' }, l: ['p', 'q'], e: [{ amount: '5', side: 'debit' }, { amount: '5' }] })
})

test('no name reaches what objects have in common', () => {
  const nested = nestedOf(pairs('__proto__[polluted]=yes', 'constructor[prototype][polluted]=yes'))
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined)
  expect(Object.keys(nested)).toEqual(['__proto__', 'constructor'])
})

test('texts become what the contract has, and stay texts where that would not be exact', () => {
  const schema = {
    properties: {
      on: { type: 'boolean' },
      amount: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
      name: { type: 'string' },
      list: { type: 'array', items: { properties: { n: { type: 'integer' } } } },
    },
  }
  expect(JSON.parse(jsonBody(pairs('on=true', 'amount=12', 'name=12', 'list[0][n]=3', 'other=4'), schema))).toEqual({
    on: true,
    amount: 12,
    name: '12',
    list: [{ n: 3 }],
    other: '4',
  })
  expect(jsonBody(pairs('amount=9007199254740993'), schema)).toBe('{"amount":"9007199254740993"}')
})
