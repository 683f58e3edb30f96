import { Expandable, ExpandableId, Includable, List, type Tenant } from '@micro/contracts'
import type { Sql } from '@micro/postgres'
import Type from 'typebox'
import { beforeEach, expect, test } from 'vitest'
import { expandText, type Expanders } from './expand-objects.ts'
import { expandTreeOf } from './expand-paths.ts'

const Item = Type.Object({
  id: Type.String(),
  charge: Expandable('charge'),
  charges: Type.Array(ExpandableId('charge')),
  all: Includable('payment_intent'),
})
const tenant: Tenant = { merchant: 'acct_a', mode: 'test' }
const sql = (() => Promise.reject(new Error('nobody asks the database here'))) as Sql

let asked: unknown[]
beforeEach(() => {
  asked = []
})
const expanders: Expanders = {
  charge: (_sql, { merchant, mode }, ids) => {
    asked.push(['charge', merchant, mode, ...ids])
    return Promise.resolve(
      new Map(
        ids
          .filter((id) => id !== 'ch_foreign')
          .map((id) => [id, { id, object: 'charge', payment_intent: `pi_of_${id}` }]),
      ),
    )
  },
  payment_intent: (_sql, _tenant, ids) => {
    asked.push(['payment_intent', ...ids])
    return Promise.resolve(new Map(ids.map((id) => [id, { id, object: 'payment_intent' }])))
  },
}
const expand = async (body: object, paths: readonly string[], schema = Item as never): Promise<unknown> =>
  JSON.parse(await expandText(JSON.stringify(body), expandTreeOf(schema, paths), { sql, tenant, expanders }))

const charge = (id: string) => ({ id, object: 'charge', payment_intent: `pi_of_${id}` })

test('all ids of one kind at one name are looked up with one query, each once, in the name of the tenant', async () => {
  const item = (id: string, at: string | null) => ({ id, charge: at, charges: [] })
  const list = { object: 'list', data: [item('1', 'ch_1'), item('2', 'ch_2'), item('3', 'ch_1'), item('4', null)] }
  expect(await expand(list, ['data.charge'], List(Item) as never)).toEqual({
    object: 'list',
    data: [
      { id: '1', charge: charge('ch_1'), charges: [] },
      { id: '2', charge: charge('ch_2'), charges: [] },
      { id: '3', charge: charge('ch_1'), charges: [] },
      { id: '4', charge: null, charges: [] },
    ],
  })
  expect(asked).toEqual([['charge', 'acct_a', 'test', 'ch_1', 'ch_2']])
})

test('what stands inside of what was expanded is expanded too, once for all of them', async () => {
  expect(
    await expand({ id: '1', charge: 'ch_1', charges: ['ch_2', 'ch_3'] }, [
      'charges.payment_intent',
      'charge.payment_intent',
    ]),
  ).toEqual({
    id: '1',
    charge: { ...charge('ch_1'), payment_intent: { id: 'pi_of_ch_1', object: 'payment_intent' } },
    charges: [
      { ...charge('ch_2'), payment_intent: { id: 'pi_of_ch_2', object: 'payment_intent' } },
      { ...charge('ch_3'), payment_intent: { id: 'pi_of_ch_3', object: 'payment_intent' } },
    ],
  })
  expect(asked).toHaveLength(4)
})

test('a member that is left out comes in where it is asked for, by the id of its object', async () => {
  expect(await expand({ id: 'x_1', charge: null, charges: [] }, ['all'])).toMatchObject({
    all: { id: 'x_1', object: 'payment_intent' },
  })
})

test('what is not the tenant’s stays an id', async () => {
  expect(
    await expand({ id: '1', charge: 'ch_foreign', charges: ['ch_foreign', 'ch_1'] }, ['charge', 'charges']),
  ).toEqual({ id: '1', charge: 'ch_foreign', charges: ['ch_foreign', charge('ch_1')] })
})

test('what has been expanded already is left as it is, and asks nobody', async () => {
  const body = { id: '1', charge: charge('ch_1'), charges: [], all: { id: 'x' } }
  expect(await expand(body, ['charge', 'all'])).toEqual(body)
  expect(asked).toEqual([])
})

test('more than an answer holds is refused before it is looked up, whatever its paths', async () => {
  const item = (at: number) => ({
    id: `x_${at}`,
    charge: `ch_${at}`,
    charges: Array.from({ length: 20 }, () => 'ch_1'),
  })
  const list = (length: number) => ({ object: 'list', data: Array.from({ length }, (_, at) => item(at)) })
  await expand(list(95), ['data.charge', 'data.charges'], List(Item) as never)
  asked = []
  await expect(expand(list(100), ['data.charge', 'data.charges'], List(Item) as never)).rejects.toMatchObject({
    code: 'expansion_too_large',
    detail: { param: 'expand' },
  })
  expect(asked).toHaveLength(1)
})

test('long objects are counted as often as they stand in the answer', async () => {
  const long = { id: 'ch_1', object: 'charge', evidence: 'x'.repeat(150_000) }
  const context = { sql, tenant, expanders: { charge: () => Promise.resolve(new Map([['ch_1', long]])) } }
  const body = (times: number) =>
    JSON.stringify({ id: '1', charge: null, charges: Array.from({ length: times }, () => 'ch_1') })
  const tree = expandTreeOf(Item, ['charges'])
  expect((await expandText(body(50), tree, context)).length).toBeGreaterThan(50 * 150_000)
  await expect(expandText(body(54), tree, context)).rejects.toMatchObject({ code: 'expansion_too_large' })
})
