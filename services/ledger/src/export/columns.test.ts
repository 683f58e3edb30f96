/** A column that somebody adds is exported, or somebody has thought about why not. */
import { testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

let database: TestDatabase
beforeAll(async () => void (database = await testDatabase('ledger')))
afterAll(() => database.close())

/** Exported as they are, or so that an import has them again. */
const carried: Readonly<Record<string, readonly string[]>> = {
  books: ['merchant', 'mode', 'last_seq', 'created_at', 'head_hash', 'origin_merchant', 'origin_mode'],
  assets: ['code', 'name', 'scale', 'created_at'],
  accounts: [
    'public_id',
    'name',
    'type',
    'currency',
    'asset_scale',
    'status',
    'min_available',
    'max_balance',
    'metadata',
    'created_at',
    'version',
  ],
  transactions: [
    'seq',
    'id',
    'kind',
    'parent',
    'expires_at',
    'reference_id',
    'description',
    'currency',
    'metadata',
    'created_at',
    'effective_at',
    'booked_at',
    'entry_count',
    'fingerprint',
    'text_salt',
    'content_hash',
    'hash',
  ],
  entries: ['seq', 'leg', 'account', 'layer', 'amount', 'balance_after', 'account_version'],
  erasures: ['text_digest', 'reason', 'erased_by', 'request_id', 'erased_at'],
  periods: ['number', 'id', 'closed_before', 'seq', 'hash', 'description', 'created_at'],
  period_totals: ['currency', 'type', 'debits', 'credits'],
}

/** Follow from what is exported, by the database's own doing, or mean something in one installation alone. */
const derived: Readonly<Record<string, readonly string[]>> = {
  books: ['lane', 'id', 'last_recorded_at', 'imported_seq', 'imported_at', 'closed_before'],
  assets: ['lane', 'book'],
  accounts: [
    'lane',
    'book',
    'id',
    'merchant',
    'mode',
    'normal_balance',
    'system',
    'posted_credits',
    'posted_debits',
    'pending_credits',
    'pending_debits',
  ],
  transactions: ['lane', 'book', 'reference_key'],
  entries: ['lane', 'book'],
  periods: ['lane', 'book', 'totals_count'],
  period_totals: ['lane', 'book', 'period'],
  shifted_entries: ['lane', 'book', 'account', 'seq', 'leg', 'counts_at', 'amount'],
  holds: ['lane', 'book', 'seq', 'status', 'expires_at'],
  erasures: ['lane', 'book', 'seq', 'erased_in'],
}

/** About one installation: its keys, its processes, what it found out about itself and has still to tell. */
const own = new Set(['checkpoints', 'leases', 'outbox', 'stretches', 'verifications'])

const infrastructure = new Set(['schema_migrations', 'migrations'])

test('every column of the ledger is carried by an export, or follows from it', async () => {
  const rows = await database.owner.sql<{ table: string; columns: string[] }>`
    select c.table_name::text as table, array_agg(c.column_name::text) as columns
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'ledger' and t.table_type = 'BASE TABLE'
    group by c.table_name`
  const known = (table: string): string[] => [...(carried[table] ?? []), ...(derived[table] ?? [])].toSorted()
  const found = Object.fromEntries(
    rows
      .filter(({ table }) => !infrastructure.has(table) && !own.has(table))
      .map(({ table, columns }) => [table, columns.toSorted()]),
  )
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((table) => [table, known(table)])))
})
