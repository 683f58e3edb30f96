import type { Event } from '@micro/contracts'
import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { payment, type Story } from './payments.data.ts'
import { mayDiffer, toldOf } from './told.ts'

const story = {
  intent: { id: 'pi_1' },
  charges: [{ id: 'ch_1' }],
  refunds: [{ id: 're_1' }],
  disputes: [{ id: 'dp_1' }],
  transactions: [],
  events: [],
  deliveries: [],
} as unknown as Story
const told = (object: object) => toldOf({ data: { object } } as unknown as Event)
const page = ['payments', 'test', 'page', '', undefined]

/** Which of them are read anew after an event of this object. */
const readAnew = async (object: object): Promise<readonly (boolean | undefined)[]> => {
  const queries = new QueryClient()
  const { queryKey } = payment('test', 'pi_1')
  queries.setQueryData(queryKey, story)
  queries.setQueryData(page, {})
  const anew = { mode: 'test', told: new Set(told(object)) } as const
  await queries.invalidateQueries({ queryKey: ['payments', 'test'], predicate: (query) => mayDiffer(query, anew) })
  return [queryKey, page].map((key) => queries.getQueryState(key)?.isInvalidated)
}

for (const [name, object] of [
  ['it', { id: 'pi_1' }],
  ['a charge of it, which was not there before', { id: 'ch_2', payment_intent: 'pi_1' }],
  ['a refund of it', { id: 're_1', payment_intent: null }],
  ['what the ledger booked for its charge', { id: 'ltx_1', reference_id: 'micro:charge:ch_1' }],
] as const)
  test(`an event of ${name} has the story of a payment read anew`, async () =>
    expect(await readAnew(object)).toEqual([true, true]))

for (const [name, object] of [
  ['another payment', { id: 'pi_2' }],
  ["another payment's charge", { id: 'ch_9', payment_intent: 'pi_2' }],
  ['what the ledger booked for another', { id: 'ltx_2', reference_id: 'micro:charge:ch_9' }],
  ['a customer', { id: 'cus_1' }],
] as const)
  test(`an event of ${name} leaves it, and has the list read anew`, async () =>
    expect(await readAnew(object)).toEqual([false, true]))
