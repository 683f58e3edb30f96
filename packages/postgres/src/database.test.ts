import { scratchDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { first, isCheckViolation, isUniqueViolation, only, SQLSTATE, sqlState } from './index.ts'

let scratch: TestDatabase

beforeAll(async () => {
  scratch = await scratchDatabase()
  await scratch.owner.sql`create table scratch.items (id text primary key, amount numeric(38, 0) not null
    constraint amount_positive check (amount > 0))`
})
beforeEach(() => scratch.owner.sql`truncate scratch.items`)
afterAll(() => scratch.close())

describe('values and columns', () => {
  const big = 2n ** 100n

  const tricky = { text: 'a"b\\c,{d}\n\u2028\ud83d', list: ['"', ''] }
  for (const [label, read, want] of [
    ['int8', () => scratch.db.sql`select ${2n ** 63n - 1n}::int8 as value`, 2n ** 63n - 1n],
    ['count', () => scratch.db.sql`select count(*) as value from pg_class where false`, 0n],
    ['integral numeric', () => scratch.db.sql`select ${big}::numeric as value`, big],
    ['negative numeric', () => scratch.db.sql`select ${-big}::numeric(38, 0) as value`, -big],
    ['fractional numeric', () => scratch.db.sql`select 1.50::numeric as value`, '1.50'],
    ['int8 array', () => scratch.db.sql`select ${[1n, big % 1000n]}::int8[] as value`, [1n, big % 1000n]],
    ['numeric array with null', () => scratch.db.sql`select ${[big, null]}::numeric[] as value`, [big, null]],
    ['int4', () => scratch.db.sql`select ${7}::int as value`, 7],
    ['text array', () => scratch.db.sql`select ${['a"b', 'c,d', null, '']}::text[] as value`, ['a"b', 'c,d', null, '']],
    ['boolean array', () => scratch.db.sql`select ${[true, false]}::boolean[] as value`, [true, false]],
    ['jsonb', () => scratch.db.sql`select ${{ a: ['x'] }}::jsonb as value`, { a: ['x'] }],
    ['json array', () => scratch.db.sql`select to_json(${[tricky, null]}::json[]) as value`, [tricky, null]],
    ['Date array', () => scratch.db.sql`select ${[new Date(0)]}::timestamptz[] as value`, [new Date(0)]],
    ['bytea', () => scratch.db.sql`select ${new Uint8Array([0, 255])}::bytea as value`, Buffer.from([0, 255])],
    ['date', () => scratch.db.sql`select ${'2026-02-28'}::date as value`, '2026-02-28'],
    ['null', () => scratch.db.sql`select ${null}::text as value`, null],
  ] as const)
    test(`${label} keeps its value`, async () => expect(only(await read())).toEqual({ value: want }))

  test('a Date keeps its instant', async () => {
    const [row] = await scratch.db.sql<{ now: Date; same: Date }>`select now() as now, now() as same`
    const [back] = await scratch.db.sql<{ back: Date }>`select ${row?.now}::timestamptz as back`
    expect(back?.back).toEqual(row?.now)
  })

  test('an undefined parameter is refused before anything is sent', async () => {
    await expect(scratch.db.sql`select ${undefined}::text`).rejects.toThrow('undefined')
  })

  test('a value is never part of the statement', async () => {
    const value = `'; drop table scratch.items; --`
    expect(only(await scratch.db.sql`select ${value}::text as value`)).toEqual({ value })
  })
})

test('first gives undefined for no rows, only refuses none and several', () => {
  expect(first([])).toBeUndefined()
  expect(first([1, 2])).toBe(1)
  expect(() => only([])).toThrow('exactly one')
  expect(() => only([1, 2])).toThrow('exactly one')
})

test('a unique violation is told from others, by constraint', async () => {
  const insert = () => scratch.owner.sql`insert into scratch.items values ('a', 1)`
  await insert()
  const error = await insert().catch((caught: unknown) => caught)
  expect(isUniqueViolation(error)).toBe(true)
  expect(isUniqueViolation(error, 'items_pkey')).toBe(true)
  expect(isUniqueViolation(error, 'other')).toBe(false)
  const other = await scratch.owner.sql`insert into scratch.items values ('b', 0)`.catch((caught: unknown) => caught)
  expect(isUniqueViolation(other)).toBe(false)
  expect(isCheckViolation(other, 'amount_positive')).toBe(true)
})

test('the service role cannot touch what its migrations did not grant', async () => {
  const error = await scratch.db.sql`select * from scratch.items`.catch((caught: unknown) => caught)
  expect(sqlState(error)).toBe(SQLSTATE.insufficientPrivilege)
  await expect(scratch.db.sql`create table public.mine (id int)`).rejects.toThrow('permission denied')
})

test('a select * keeps working when a migration adds a column under it', async () => {
  const { owner } = scratch
  const read = () => owner.sql`select * from scratch.wide`
  await owner.sql`create table scratch.wide (a int)`
  await Promise.all([read(), read()])
  await owner.sql`alter table scratch.wide add column b int`
  await expect(Promise.all([read(), read(), read()])).resolves.toEqual([[], [], []])
  await expect(owner.transaction(() => read())).resolves.toEqual([])
})
