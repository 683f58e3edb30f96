/** A ledger of version 0.1.0, which knew no chain, becomes one. */
import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { migrate } from '@micro/postgres'
import { temporaryDirectory, testDatabase, type TemporaryDirectory, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { genesisOf, linkOf } from './content.ts'

const folder = new URL('../../migrations/', import.meta.url)
let database: TestDatabase
let old: TemporaryDirectory

beforeAll(async () => {
  ;[database, old] = await Promise.all([testDatabase('ledger'), temporaryDirectory()])
  await database.owner.sql`drop schema ledger cascade`
  for (const name of await readdir(folder))
    if (name < '0004') await copyFile(new URL(name, folder), join(old.path, name))
  await migrate({ url: database.urls.owner, schema: 'ledger', directory: old.path })
})
afterAll(() => Promise.all([database.close(), old.remove()]))

test('what was recorded before gets its hashes, and takes effect when it was recorded', async () => {
  const { sql } = database.owner
  await sql`
    insert into ledger.books (lane, merchant, mode, created_at)
    select get_byte(sha256(convert_to(m || '/test', 'UTF8')), 0), m, 'test', now()
    from unnest(array['acct_a', 'acct_b', 'acct_empty']) as m`
  await sql`
    insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
    select lane, id, merchant, mode, name, name, 'asset', 'usd', false, now() from ledger.books, unnest(array['a', 'b']) as name`
  await sql`
    with planned as (
      select b.lane, b.id as book, b.merchant, seq from ledger.books b, generate_series(1, 20) as seq where merchant <> 'acct_empty'
    ), recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at)
      select lane, book, seq, 'ltx_' || book || 'x' || seq, 'r' || seq, case when seq % 2 = 0 then 'Zoë' end, 'usd', 2, sha256('x'),
        case when seq % 3 = 0 then '{"order": "7", "é": "ü"}' else '{}' end::jsonb, '2026-01-01Z'::timestamptz + seq * interval '1 s'
      from planned
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version)
    select p.lane, p.book, p.seq, leg, a.id, sign, sign * p.seq, p.seq
    from planned p
    join unnest(array['a', 'b'], array[1, -1]) with ordinality as l (name, sign, leg) on true
    join ledger.accounts a on a.lane = p.lane and a.book = p.book and a.public_id = l.name`
  await migrate({ url: database.urls.owner, schema: 'ledger', directory: folder })

  for (const merchant of ['acct_a', 'acct_b']) {
    const rows = await sql<{ content: Buffer; hash: Buffer; same: boolean; head: boolean }>`
      select c.hash as content, t.hash, t.effective_at = t.created_at and c.hash = t.content_hash as same,
        (t.seq = b.last_seq) = (t.hash = b.head_hash) as head
      from ledger.books b
      join ledger.transactions t on t.lane = b.lane and t.book = b.id
      join ledger.contents c on c.lane = t.lane and c.book = t.book and c.seq = t.seq
      where b.merchant = ${merchant} order by t.seq`
    expect(rows).toHaveLength(20)
    let before = genesisOf({ merchant, mode: 'test' })
    for (const { content, hash, same, head } of rows) {
      before = linkOf(before, content)
      expect([hash, same, head]).toEqual([before, true, true])
    }
  }
  expect(await sql`select from ledger.books where merchant = 'acct_empty' and head_hash is null`).toHaveLength(1)
})
