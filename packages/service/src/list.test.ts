import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerList, type ListQuery, type ListWindow } from './list.ts'

interface Row {
  id: string
  created_at: Date
}

let database: TestDatabase
let rows: Row[]
beforeAll(async () => {
  database = await testDatabase('payments')
  const start = fakeClock().now().getTime()
  // Several in one millisecond, several in one second.
  rows = Array.from({ length: 40 }, (_, at) => ({
    id: `x_${String((at * 7) % 40).padStart(2, '0')}`,
    created_at: new Date(start + Math.floor(at / 3) * 400),
  }))
  await database.owner
    .sql`create table payments.listed (id text collate "C" primary key, created_at timestamptz not null)`
  for (const { id, created_at } of rows)
    await database.owner.sql`insert into payments.listed values (${id}, ${created_at})`
})
afterAll(() => database.close())

const older = ({ above, below, limit }: ListWindow) => database.owner.sql<Row>`
  select * from payments.listed
  where (created_at, id) < (${below.at}::timestamptz, ${below.id}) and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at desc, id desc
  limit ${limit}`
const newer = ({ above, below, limit }: ListWindow) => database.owner.sql<Row>`
  select * from payments.listed
  where (created_at, id) < (${below.at}::timestamptz, ${below.id}) and (created_at, id) > (${above.at}::timestamptz, ${above.id})
  order by created_at, id
  limit ${limit}`

const list = (query: ListQuery) =>
  answerList(
    {
      query,
      url: '/v1/xs',
      resource: 'x',
      find: (id) => Promise.resolve(rows.find((row) => row.id === id)),
      older,
      newer,
    },
    ({ id }) => id,
  )

/** The same by walking over everything. */
const naive = ({ limit = 10, starting_after, ending_before, created }: ListQuery) => {
  const fits = ({ created_at }: Row): boolean => {
    const second = Math.floor(created_at.getTime() / 1000)
    if (created === undefined) return true
    if (typeof created === 'number') return second === created
    return (
      (created.gt === undefined || second > created.gt) &&
      (created.gte === undefined || second >= created.gte) &&
      (created.lt === undefined || second < created.lt) &&
      (created.lte === undefined || second <= created.lte)
    )
  }
  const order = (a: Row, b: Row): number => b.created_at.getTime() - a.created_at.getTime() || (a.id < b.id ? 1 : -1)
  const all = rows.toSorted(order)
  const cursor = all.findIndex(({ id }) => id === (starting_after ?? ending_before))
  const side =
    ending_before !== undefined ? all.slice(0, cursor) : starting_after === undefined ? all : all.slice(cursor + 1)
  const left = side.filter(fits).map(({ id }) => id)
  return {
    object: 'list',
    url: '/v1/xs',
    has_more: left.length > limit,
    data: ending_before === undefined ? left.slice(0, limit) : left.slice(-limit),
  }
}

test('every page is what a walk over all of them finds, whatever the cursor and the filter', async () => {
  const base = Math.floor(fakeClock().now().getTime() / 1000)
  const second = fc.integer({ min: base - 1, max: base + 7 })
  const bounds = fc.record({ gt: second, gte: second, lt: second, lte: second }, { requiredKeys: [] })
  const cursor = fc.oneof(
    fc.constant({}),
    fc.nat(39).map((at) => ({ starting_after: rows[at]?.id ?? '' })),
    fc.nat(39).map((at) => ({ ending_before: rows[at]?.id ?? '' })),
  )
  const query = fc
    .tuple(cursor, fc.integer({ min: 1, max: 12 }), fc.oneof(fc.constant(undefined), second, bounds))
    .map(([at, limit, created]): ListQuery => ({ ...at, limit, ...(created === undefined ? {} : { created }) }))
  await fc.assert(
    fc.asyncProperty(query, async (each) => {
      expect(await list(each)).toEqual(naive(each))
    }),
    { numRuns: 300 },
  )
})

test('cursors that name nothing, or both at once, are refused by name', async () => {
  const refusal = (query: ListQuery) => list(query).catch((error: unknown) => error)
  expect(await refusal({ starting_after: 'x_99' })).toMatchObject({
    code: 'parameter_resource_missing',
    detail: { param: 'starting_after' },
  })
  expect(await refusal({ ending_before: 'x_99' })).toMatchObject({ detail: { param: 'ending_before' } })
  expect(await refusal({ ending_before: 'x_01', starting_after: 'x_02' })).toMatchObject({ code: 'parameter_invalid' })
})
