import type { Tenant } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { key } from '../webhooks.fixture.ts'
import { midweek, retentionWorld, type RetentionWorld } from './retention.fixture.ts'

const other: Tenant = { merchant: 'acct_b', mode: 'live' }

let world: RetentionWorld
/** Seqs 1 to 3 of acct_a, which have left, and 4 to 6, which are there. */
let gone: string[]
let kept: string[]
/** As old as those that have left: another merchant's, one that still stands there, and one that never was. */
let foreign: string
let never: string
beforeAll(async () => {
  world = await retentionWorld()
  await world.weeks(10)
  gone = await world.age(midweek(7), 3)
  kept = await world.age(2, 3)
  ;[foreign = ''] = await world.age(1, 1, { tenant: other, idDaysAgo: midweek(7) })
  never = `${gone[0]?.slice(0, 12)}0000000000000000`
  world.clock.set((await world.database.db.sql<{ now: Date }>`select now()`)[0]?.now ?? new Date(0))
  await world.retain()
})
afterAll(() => world[Symbol.asyncDispose]())

const get = (url: string, as = key()) => world.call(as, { url })
const stream = (after: number, { merchant, mode }: Tenant = { merchant: 'acct_a', mode: 'test' }) =>
  world.call(
    { kind: 'service', service: 'gateway' },
    { url: `/internal/stream?merchant=${merchant}&mode=${mode}&after=${after}` },
  )

describe('GET /v1/events', () => {
  test('lists what is kept, and no more', async () => {
    const { body } = await get('/v1/events')
    expect([body.data.map(({ id }) => id), body['has_more']]).toEqual([kept.toReversed(), false])
  })

  for (const param of ['starting_after', 'ending_before'])
    test(`400 where ${param} names an event that has left: where what is kept begins, and what to do`, async () => {
      const { status, body } = await get(`/v1/events?${param}=${gone[1]}`)
      expect([status, body.error.code, body.error.param]).toEqual([400, 'event_no_longer_kept', param])
      expect(body.error.message).toBe(
        `The event '${gone[1]}' has left: of yours all before number 4 are no longer kept. List without ${param}, newest first, and go no further back than that.`,
      )
    })

  test("no less for another merchant's event of that age and for one that never was; to one of whom nothing left it is unknown", async () => {
    const said = async (id: string, as = key()) =>
      JSON.stringify((await get(`/v1/events?starting_after=${id}`, as)).body).replaceAll(id, 'evt')
    const want = await said(gone[0] ?? '')
    expect([await said(foreign), await said(never)]).toEqual([want, want])
    expect(await said(gone[0] ?? '', key('acct_c'))).toContain('No such event')
  })

  test('400 resource_missing, as ever, for a younger one that is not there', async () => {
    const young = `${kept[0]?.slice(0, 12)}0000000000000000`
    expect((await get(`/v1/events?starting_after=${young}`)).body.error.code).toBe('resource_missing')
  })
})

describe('GET /v1/events/:id', () => {
  test('404 for an event that has left, which says why', async () => {
    const { status, body } = await get(`/v1/events/${gone[2]}`)
    expect([status, body.error.code]).toEqual([404, 'resource_missing'])
    expect(body.error.message).toMatch(
      /would be older than those that are kept: of yours all before number 4 have left/,
    )
  })
})

describe('GET /internal/stream', () => {
  test('200 tells where what is kept begins, also where nothing follows', async () => {
    for (const [after, seqs] of [
      [0, [4, 5, 6]],
      [4, [5, 6]],
      [6, []],
    ] as const) {
      const { body } = await stream(after)
      expect((body['events'] as { seq: number }[]).map(({ seq }) => seq)).toEqual(seqs)
      expect(body).toMatchObject({ first_seq: 4, head_seq: 6 })
    }
    expect((await stream(0, { merchant: 'acct_c', mode: 'test' })).body).toMatchObject({ first_seq: 1, head_seq: 0 })
  })
})
