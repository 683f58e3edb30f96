import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scratchDatabase, temporaryDirectory, type TemporaryDirectory, type TestDatabase } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dumpSchema, migrate, MigrationError, withClient } from './index.ts'

let scratch: TestDatabase
let folder: TemporaryDirectory

beforeEach(async () => {
  ;[scratch, folder] = await Promise.all([scratchDatabase(), temporaryDirectory()])
})
afterEach(() => Promise.all([scratch.close(), folder.remove()]))

const write = (name: string, text: string) => writeFile(join(folder.path, name), text)
const run = (schema = 'scratch', lockTimeoutMs = 10_000) =>
  migrate({ url: scratch.urls.owner, schema, directory: folder.path, lockTimeoutMs })

const writeTwo = async () => {
  await write('0001_create_items.sql', 'create table scratch.items (id int);')
  await write('0002_fill_items.sql', 'insert into scratch.items values (1);\ninsert into scratch.items values (2);')
}
const items = () => scratch.owner.sql`select id from scratch.items order by id`

test('applies each file once, in order', async () => {
  await writeTwo()
  expect(await run()).toEqual({ applied: ['0001_create_items.sql', '0002_fill_items.sql'] })
  expect(await run()).toEqual({ applied: [] })
  await write('0003_more.sql', 'insert into scratch.items values (3)')
  expect(await run()).toEqual({ applied: ['0003_more.sql'] })
  expect(await items()).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
})

test('creates a schema that is missing', async () => {
  await write('0001_create_table.sql', 'create table other.things (id int)')
  await run('other')
  expect(await scratch.owner.sql`select * from other.things`).toEqual([])
})

test('several runners at once apply each file once', async () => {
  await writeTwo()
  const results = await Promise.all([run(), run(), run()])
  expect(results.flatMap(({ applied }) => applied)).toEqual(['0001_create_items.sql', '0002_fill_items.sql'])
  expect(await items()).toHaveLength(2)
})

test('waits only so long for another runner', async () => {
  await writeTwo()
  await withClient({ url: scratch.urls.owner, applicationName: 'other runner' }, async (client) => {
    await client.query(`select pg_advisory_lock(hashtextextended('micro migrations scratch', 0))`)
    await expect(run('scratch', 50)).rejects.toThrow('another process has been migrating schema scratch for 50 ms')
  })
})

test('a failing file leaves nothing of itself, and the files before it stay', async () => {
  await writeTwo()
  await write('0003_fails.sql', 'insert into scratch.items values (3); select 1 / 0;')
  await expect(run()).rejects.toThrow('migration 0003_fails.sql of schema scratch failed: division by zero')
  expect(await items()).toHaveLength(2)
  await write('0003_fails.sql', 'insert into scratch.items values (3)')
  expect(await run()).toEqual({ applied: ['0003_fails.sql'] })
})

test('a file changed after it ran is refused, its line endings may differ', async () => {
  await writeTwo()
  await run()
  await write('0002_fill_items.sql', 'insert into scratch.items values (1);\r\ninsert into scratch.items values (2);')
  expect(await run()).toEqual({ applied: [] })
  await write('0002_fill_items.sql', 'insert into scratch.items values (9);')
  await write('0003_more.sql', 'insert into scratch.items values (3)')
  await expect(run()).rejects.toThrow('migration 0002_fill_items.sql of schema scratch was changed after it ran')
  expect(await items()).toHaveLength(2)
})

test('a database newer than the code is refused', async () => {
  await writeTwo()
  await run()
  await using older = await temporaryDirectory()
  await writeFile(join(older.path, '0001_create_items.sql'), 'create table scratch.items (id int);')
  const work = migrate({ url: scratch.urls.owner, schema: 'scratch', directory: older.path })
  await expect(work).rejects.toThrow('schema scratch is newer than this code: it has migration 0002_fill_items.sql')
})

for (const [label, name, want] of [
  ['a misnamed file', '3-oops.sql', 'not named like'],
  ['a number used twice', '0002_again.sql', 'share a number'],
] as const)
  test(`${label} is refused before anything runs`, async () => {
    await writeTwo()
    await write(name, 'select 1')
    await expect(run()).rejects.toThrow(want)
    await expect(run()).rejects.toBeInstanceOf(MigrationError)
    await expect(items()).rejects.toThrow('does not exist')
  })

test('a file slipped in before one that ran is refused', async () => {
  await write('0002_create_items.sql', 'create table scratch.items (id int);')
  await run()
  await write('0001_late.sql', 'select 1')
  await expect(run()).rejects.toThrow('migration 0001_late.sql of schema scratch comes before 0002_create_items.sql')
})

const ledgerLike = `
  create type scratch.side as enum ('debit', 'credit');
  create table scratch.entries (
    id text collate "C" primary key,
    parent text collate "C" references scratch.entries,
    amount numeric(38, 0) not null check (amount <> 0),
    side scratch.side not null default 'debit',
    doubled numeric generated always as (amount * 2) stored,
    at timestamptz not null default now()
  );
  create index entries_by_time on scratch.entries (at desc) where amount > 0;
  create function scratch.refuse() returns trigger language plpgsql as $$ begin raise exception 'immutable'; end $$;
  create trigger immutable before update or delete on scratch.entries for each row execute function scratch.refuse();
  alter table scratch.entries enable always trigger immutable;
  create view scratch.totals as select sum(amount) as total from scratch.entries;
  grant usage on schema scratch to scratch_app;
  grant select, insert on scratch.entries to scratch_app;`

test('the dump shows what a review must see, and is the same for the same schema', async () => {
  await write('0001_create_entries.sql', ledgerLike)
  await run()
  const dump = await dumpSchema(scratch.owner, 'scratch')
  for (const line of [
    'schema scratch\n  grant scratch_app: usage',
    `enum side ('debit', 'credit')`,
    'table scratch.entries\n  column id text collate "C" not null',
    'column amount numeric(38,0) not null',
    `column side scratch.side not null default 'debit'::scratch.side`,
    'column doubled numeric generated always as',
    'constraint entries_pkey PRIMARY KEY (id)',
    'constraint entries_parent_fkey FOREIGN KEY (parent) REFERENCES scratch.entries(id)',
    'index CREATE INDEX entries_by_time ON scratch.entries USING btree (at DESC)',
    'trigger always: CREATE TRIGGER immutable',
    'grant scratch_app: insert, select',
    'view scratch.totals',
    'FUNCTION scratch.refuse()',
  ])
    expect(dump).toContain(line)

  await using twin = await scratchDatabase()
  await migrate({ url: twin.urls.owner, schema: 'scratch', directory: folder.path })
  expect(await dumpSchema(twin.owner, 'scratch')).toBe(dump)
  expect(await dumpSchema(twin.db, 'scratch')).toBe(dump)
  await twin.owner.sql`alter table scratch.entries disable trigger immutable`
  expect(await dumpSchema(twin.owner, 'scratch')).toContain('trigger disabled: CREATE TRIGGER immutable')
})
