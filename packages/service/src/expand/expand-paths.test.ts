import { Expandable, ExpandableId, Includable, List, NeverSet, Nullable } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import fc from 'fast-check'
import Type from 'typebox'
import { describe, expect, test } from 'vitest'
import { expandTreeOf, reachableKinds } from './expand-paths.ts'

const Parent = Type.Object({
  object: Type.Literal('parent'),
  amount: Type.Integer(),
  metadata: Type.Record(Type.String(), Type.String()),
  intent: Expandable('payment_intent'),
  charges: Type.Array(ExpandableId('charge')),
  review: NeverSet('review'),
  unborn: Expandable('not_there_yet'),
  refunds: Includable('charge'),
  nested: Nullable(Type.Object({ charge: Expandable('charge') })),
})

const refusal = (paths: readonly string[], schema = Parent as never): object => {
  try {
    expandTreeOf(schema, paths)
    return {}
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { code: error.code, message: error.message, param: error.detail['param'] }
  }
}

describe('what can be expanded', () => {
  for (const path of [
    'intent',
    'charges',
    'review',
    'unborn',
    'refunds',
    'nested',
    'nested.charge',
    'intent.latest_charge.payment_intent.latest_charge',
    'charges.payment_intent.latest_charge',
    'refunds.payment_intent',
  ])
    test(path, () => expect(refusal([path])).toEqual({}))
  test('in lists what data holds', () => {
    for (const path of ['data', 'data.intent', 'data.intent.latest_charge.payment_intent'])
      expect(refusal([path], List(Parent) as never)).toEqual({})
  })
})

describe('what cannot is refused in the words of Stripe, naming the path as far as it was followed', () => {
  for (const [path, named] of [
    ['amount', 'amount'],
    ['metadata', 'metadata'],
    ['nope', 'nope'],
    ['', ''],
    ['.', ''],
    ['intent.nope.latest_charge', 'intent.nope'],
    ['intent.', 'intent.'],
    ['nested.charge.amount', 'nested.charge.amount'],
    ['unborn.customer', 'unborn.customer'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
  ] as const)
    test(`'${path}'`, () =>
      expect(refusal([path])).toEqual({
        code: 'property_unexpandable',
        message: `This property cannot be expanded (${named}).`,
        param: 'expand',
      }))

  test('in lists with the path that was meant', () => {
    expect(refusal(['intent.latest_charge'], List(Parent) as never)).toMatchObject({
      message:
        "This property cannot be expanded (intent). You may want to try expanding 'data.intent.latest_charge' instead.",
    })
    expect(refusal(['nope'], List(Parent) as never)).toMatchObject({
      message: 'This property cannot be expanded (nope).',
    })
  })

  test('five levels, of which data is one', () => {
    const deep = 'intent.latest_charge.payment_intent.latest_charge'
    expect(refusal([`${deep}.payment_intent`])).toEqual({
      code: 'property_expansion_max_depth',
      message: `You cannot expand more than 4 levels of a property. Property: ${deep}.payment_intent`,
      param: 'expand',
    })
    expect(refusal([`data.${deep}`], List(Parent) as never)).toMatchObject({ code: 'property_expansion_max_depth' })
  })

  test('a card number in a path is not repeated', () => {
    expect(JSON.stringify(refusal(['4242424242424242']))).not.toContain('4242424242424242')
  })
})

test('paths that begin alike are one road', () => {
  const tree = expandTreeOf(Parent, ['intent.latest_charge', 'intent', 'intent.latest_charge.payment_intent'])
  expect([...tree.keys()]).toEqual(['intent'])
  expect([...(tree.get('intent')?.inside.keys() ?? [])]).toEqual(['latest_charge'])
})

test('the kinds that an answer may lead to are those of which there is a schema, through each other', () => {
  expect([...reachableKinds(Type.Object({ price: Expandable('price') }))].toSorted()).toEqual(['price', 'product'])
  expect([...reachableKinds(Type.Object({ a: NeverSet('review'), b: Expandable('not_there_yet') }))]).toEqual([])
})

test('whatever text a path is, it leads somewhere or is refused, briefly', () => {
  const name = fc.constantFrom('intent', 'latest_charge', 'payment_intent', 'nested', 'charge', 'data', 'metadata', '')
  const path = fc.oneof(
    fc.array(fc.oneof(name, fc.string({ unit: 'binary' })), { maxLength: 6 }).map((names) => names.join('.')),
    fc.string({ unit: 'binary', maxLength: 400 }),
  )
  fc.assert(
    fc.property(fc.array(path, { maxLength: 20 }), (paths) => {
      const { message = '' } = refusal(paths) as { message?: string }
      expect(message.length).toBeLessThan(800)
    }),
  )
})
