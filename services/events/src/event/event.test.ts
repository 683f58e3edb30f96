import { describe, expect, test } from 'vitest'
import { toWire, typesOf, type EventRow } from './event.ts'

describe('a type filter', () => {
  for (const [filter, types] of [
    [undefined, null],
    [['*'], null],
    [['charge.succeeded', '*'], null],
    [['charge.succeeded'], ['charge.succeeded']],
    [['price.*'], ['price.created', 'price.updated']],
    [
      ['price.updated', 'price.*', 'unheard.of'],
      ['price.updated', 'price.created', 'unheard.of'],
    ],
    [['unheard.of'], ['unheard.of']],
    [['unheard.*'], []],
    // Only a whole word before the dot counts: `char.*` is no prefix of `charge.succeeded`.
    [['char.*'], []],
  ] as const)
    test(`${JSON.stringify(filter)} means ${JSON.stringify(types)}`, () => expect(typesOf(filter)).toEqual(types))
})

const row: EventRow = {
  merchant: 'acct_1',
  mode: 'test',
  seq: 7n,
  id: 'evt_1',
  type: 'charge.succeeded',
  api_version: '2026-10-28.endive',
  created_at: new Date(1_700_000_000_000),
  request_id: 'req_1',
  idempotency_key: null,
  object: { id: 'ch_1', amount: 5 },
}

test('an event shows its object, its origin and its time in Unix seconds, and neither merchant nor seq', () => {
  expect(toWire(row)).toEqual({
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1_700_000_000,
    data: { object: { id: 'ch_1', amount: 5 } },
    livemode: false,
    pending_webhooks: 0,
    request: { id: 'req_1', idempotency_key: null },
    type: 'charge.succeeded',
  })
})

test('a live event says so', () => expect(toWire({ ...row, mode: 'live' }).livemode).toBe(true))

test('an event of a change tells what its object was before', () => {
  const previous_attributes = { amount: 4 }
  const told = { object: { id: 'ch_1', object: 'charge', amount: 5 }, previous_attributes }
  expect(toWire({ ...row, type: 'charge.updated', object: told }).data).toEqual(told)
})
