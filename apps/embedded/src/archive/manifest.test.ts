import { expect, test } from 'vitest'
import { checkTaker, formatVersion, readManifest, type Manifest } from './manifest.ts'

const manifest: Manifest = {
  format: formatVersion,
  micro: '9.9.9',
  postgres: '18',
  created: '2026-01-31T12:00:00.000Z',
  migrations: { ledger: ['0001_a.sql'], auth: [] },
}
const taker = { postgres: '18', migrations: { ledger: ['0001_a.sql', '0002_b.sql'], auth: [] } }

test('a manifest is read as it was written, and a newer program takes an older backup', () => {
  expect(readManifest(JSON.stringify(manifest))).toEqual(manifest)
  expect(() => checkTaker(manifest, taker)).not.toThrow()
})

for (const [name, text, want] of [
  ['no JSON', 'PK', 'it is not a backup of Micro'],
  ['another JSON', '{}', 'it is not a backup of Micro'],
  ['null', 'null', 'it is not a backup of Micro'],
  ['a later format', JSON.stringify({ ...manifest, format: formatVersion + 1 }), 'made by a newer Micro (9.9.9)'],
  ['half a manifest', JSON.stringify({ ...manifest, migrations: { ledger: 'x' } }), 'its manifest is not whole'],
] as const)
  test(`${name} is refused`, () => expect(() => readManifest(text)).toThrow(want))

for (const [name, change, want] of [
  ['another PostgreSQL', { postgres: '17' }, 'written by PostgreSQL 17, and this Micro runs 18'],
  ['an unknown migration', { migrations: { ledger: ['0003_c.sql'] } }, 'does not know migration 0003_c.sql of ledger'],
  [
    'an unknown service',
    { migrations: { disputes: ['0001_a.sql'] } },
    'does not know migration 0001_a.sql of disputes',
  ],
] as const)
  test(`a backup with ${name} is refused`, () =>
    expect(() => checkTaker({ ...manifest, ...change }, taker)).toThrow(want))
