import { Fault } from '@micro/kernel'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { publicViewOf } from './public-view.ts'

const publicResponse = Type.Object({
  id: Type.String(),
  object: Type.Literal('thing'),
  note: Type.Optional(Type.String()),
})
const view = publicViewOf({ publicResponse } as never)
const thing = { id: 'th_1', object: 'thing', margin: 40 }
const body = (value: object) => JSON.parse(view.answer({ status: 200, body: JSON.stringify(value) }).body) as unknown

test('of an answer only the members pass that the route names', () => {
  expect(body(thing)).toEqual({ id: 'th_1', object: 'thing' })
  expect(body({ ...thing, note: 'x' })).toEqual({ id: 'th_1', object: 'thing', note: 'x' })
})

test('of an error the object of the route passes in those members, and no other object', () => {
  const error = { type: 'card_error', code: 'card_declined', message: 'No.', charge: 'ch_1' }
  const others = { customer: { id: 'cus_1', object: 'customer' }, list: { margin: 1 } }
  expect(body({ error: { ...error, thing, ...others } })).toEqual({
    error: { ...error, thing: { id: 'th_1', object: 'thing' } },
  })
})

test('a fault that is thrown is narrowed alike, and keeps its words', () => {
  const given = new Fault('payment_intent_unexpected_state', {
    command: 'confirm',
    status: 'x',
    allowed: 'y',
    payment_intent: thing,
  })
  const told = view.fault(given)
  expect([told.code, told.message]).toEqual([given.code, given.message])
  expect(told.detail['payment_intent']).toEqual({ id: 'th_1', object: 'thing' })
})

test('a route that names nothing shows nothing', () => {
  const none = publicViewOf({} as never)
  expect(JSON.parse(none.answer({ status: 200, body: JSON.stringify(thing) }).body)).toEqual({})
})

test('objects inside of what is shown pass in the members that are named of them, in answers and in errors', () => {
  const inner = Type.Object({
    id: Type.String(),
    object: Type.Literal('part'),
    tags: Type.Record(Type.String(), Type.String()),
  })
  const nested = publicViewOf({
    publicResponse: Type.Object({ id: Type.String(), part: Type.Union([inner, Type.Null()]) }),
  } as never)
  const see = (value: object) => JSON.parse(nested.answer({ status: 200, body: JSON.stringify(value) }).body) as unknown
  const part = { id: 'pt_1', object: 'part', secret: 1, tags: { any: 'thing' } }
  const seen = { id: 'pt_1', object: 'part', tags: { any: 'thing' } }
  expect(see({ id: 'th_1', part })).toEqual({ id: 'th_1', part: seen })
  expect(see({ id: 'th_1', part: null })).toEqual({ id: 'th_1', part: null })
  expect(see({ error: { message: 'No.', part } })).toEqual({ error: { message: 'No.', part: seen } })
})
