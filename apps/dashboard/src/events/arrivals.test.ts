import type { Event } from '@micro/contracts'
import { expect, test } from 'vitest'
import { arrivedSince, withArrived } from './arrivals.ts'

const event = (id: string, type = 'charge.succeeded') => ({ id, type, data: { object: {} } }) as unknown as Event

for (const [name, listed, type, want, adjoin] of [
  ['into an empty list all of them come, and there may be more', [], undefined, ['3', '2', '1'], false],
  ['those above the first known one come', ['1', '0'], undefined, ['3', '2'], true],
  ['none comes twice', ['3', '2', '1'], undefined, [], true],
  ['only what is asked for comes', ['1', '0'], 'charge.*', ['3'], true],
  ['between a list and newer ones that it does not know there may be more', ['0'], 'refund.*', ['2'], false],
] as const)
  test(name, () => {
    const newest = [event('3'), event('2', 'refund.created'), event('1')]
    const arrived = arrivedSince(
      listed.map((id) => event(id)),
      { newest, filters: type === undefined ? {} : { type } },
    )
    expect([arrived.events.map(({ id }) => id), arrived.adjoin]).toEqual([want, adjoin])
  })

test('a list that is left open does not grow for ever, and what it leaves out is on the next page', () => {
  const list = { data: Array.from({ length: 199 }, (_, at) => event(String(at))), has_more: false }
  const one = withArrived(list, [event('a')])
  expect([one.data[0]?.id, one.data.length, one.has_more]).toEqual(['a', 200, false])
  const two = withArrived(one, [event('b')])
  expect([two.data[0]?.id, two.data.length, two.has_more]).toEqual(['b', 200, true])
})
