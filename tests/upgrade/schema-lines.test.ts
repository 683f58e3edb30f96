import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { services } from './old-installation.ts'
import { lost } from './schema-lines.ts'

const schema = `schema shop
  grant shop_app: usage

table shop.orders
  column id text collate "C" not null
  column note text
  column state text not null default 'new'::text
  constraint orders_pkey PRIMARY KEY (id)
  grant shop_app: insert, select
  grant shop_app: update (note, state)

CREATE OR REPLACE FUNCTION shop.close(of_id text)
 RETURNS void
`

test('a schema that stayed or grew leaves older processes all they need', () => {
  expect(lost(schema, schema)).toEqual([])
  const grown = schema
    .replace('  constraint', '  column extra text\n  column more integer not null default 0\n  constraint')
    .replace('insert, select', 'delete, insert, select, update')
    .replace('  grant shop_app: update (note, state)\n', '')
  expect(lost(schema, schema.replace('table', 'partitioned table'))).toEqual([])
  expect(lost(schema, `${grown}\ntable shop.refunds\n  column id text not null\n`)).toEqual([])
})

for (const [from, to, want] of [
  ['table shop.orders', 'table shop.purchases', 'table shop.orders is gone'],
  ['  column note text\n', '', 'column shop.orders.note is gone'],
  ['column note text', 'column note jsonb', 'column shop.orders.note is jsonb and was text'],
  ['column note text', 'column note text not null', 'column shop.orders.note may no longer be null'],
  ['  constraint', '  column more integer not null\n  constraint', 'new column shop.orders.more has no default'],
  ['insert, select', 'insert', 'shop_app: select on shop.orders is no longer granted'],
  ['(note, state)', '(note)', 'shop_app: update on shop.orders (state) is no longer granted'],
  ['grant shop_app: usage', '', 'shop_app: usage on shop is no longer granted'],
  ['close(of_id text)', 'close(of_id bigint)', 'function shop.close(of_id text) is gone'],
] as const)
  test(`'${from.trim()}' become '${to.trim()}' is said`, () =>
    expect(lost(schema, schema.replace(from, to))).toContain(want))

test('the dumps of this repository are understood: taken apart, everything in them would be missed', async () => {
  for (const service of services) {
    const dump = await readFile(new URL(`../../services/${service}/schema.sql`, import.meta.url), 'utf8')
    const missed = lost(dump, '')
    expect(missed.filter((each) => /^table \S+ is gone$/.test(each))).toHaveLength(
      dump.match(/^(?:partitioned )?table /gm)?.length ?? 0,
    )
    expect(missed.length).toBeGreaterThan(dump.match(/^ {2}grant /gm)?.length ?? 0)
  }
})
