import { expect, test } from 'vitest'
import { outboxEvent } from '../events.fixture.ts'
import { byTenant, objectCharsMax, sortOut, withoutKnown } from './ingest.ts'

const wrong = (over: object) => outboxEvent(1, over as never)

for (const [name, row, reason] of [
  ['an id of another kind', wrong({ event_id: 'pi_1' }), 'event_id is no event id'],
  ['an id that is too long', wrong({ event_id: `evt_${'a'.repeat(61)}` }), 'event_id is no event id'],
  ['no merchant', wrong({ merchant: '' }), 'merchant is missing'],
  ['a third mode', wrong({ mode: 'prod' }), 'mode is neither test nor live'],
  ['a type without a verb', wrong({ type: 'charge' }), 'type has not the form noun.verb_past'],
  ['a time of no sense', wrong({ created: 1.5 }), 'created is no Unix time'],
  ['a time past the calendar', wrong({ created: 1e15 }), 'created is no Unix time'],
  ['a request id that is a number', wrong({ request_id: 1 }), 'request_id is neither text nor null'],
  ['a list for an object', wrong({ object: [] }), 'object is no JSON object'],
  ['an object without end', wrong({ object: { text: 'x'.repeat(objectCharsMax) } }), /^object is larger/],
] as const)
  test(`a row with ${name} is put aside with the reason and its content`, () => {
    const { arrivals, dead } = sortOut([row])
    expect(arrivals).toEqual([])
    expect(dead[0]?.reason).toMatch(reason)
    expect(JSON.parse(dead[0]?.content ?? '')).toEqual(row)
  })

test('good rows keep their order around bad ones', () => {
  const { arrivals } = sortOut([outboxEvent(1), wrong({ mode: 'x' }), outboxEvent(3)])
  expect(arrivals.map(({ position }) => position)).toEqual(['1', '3'])
})

test('an id stored from the same origin is a repetition; the same id from another origin is put aside', () => {
  const { arrivals } = sortOut([outboxEvent(1), outboxEvent(2), outboxEvent(3, { merchant: 'acct_b' })])
  const known = [
    { id: 'evt_000001', merchant: 'acct_a', mode: 'test', source: 'payments' },
    { id: 'evt_000003', merchant: 'acct_a', mode: 'test', source: 'payments' },
  ] as const
  const { fresh, dead, repeated } = withoutKnown('payments', arrivals, known)
  expect(fresh.map(({ id }) => id)).toEqual(['evt_000002'])
  expect(dead.map(({ event_id }) => event_id)).toEqual(['evt_000003'])
  expect(repeated).toBe(1)
})

test('tenants come in one order, whatever the order of arrival, and keep the order within', () => {
  const rows = [
    outboxEvent(1, { merchant: 'b' }),
    outboxEvent(2, { merchant: 'B' }),
    outboxEvent(3, { merchant: 'b', mode: 'live' }),
    outboxEvent(4, { merchant: 'b' }),
  ]
  const tenants = byTenant(sortOut(rows).arrivals)
  expect(
    tenants.map(({ merchant, mode, arrivals }) => [merchant, mode, arrivals.map((each) => each.position)]),
  ).toEqual([
    ['B', 'test', ['2']],
    ['b', 'live', ['3']],
    ['b', 'test', ['1', '4']],
  ])
})
