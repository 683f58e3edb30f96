import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@micro/testing'
import { expect, test } from 'vitest'
import { backupFiles, isEmptied, segmentsBetween, walkCluster } from './backup-files.ts'

for (const [folder, names, want] of [
  ['', ['PG_VERSION', 'postmaster.pid', 'postmaster.opts', '.s.PGSQL.5433.lock'], ['PG_VERSION']],
  ['', ['backup_label', 'backup_label.old', 'tablespace_map', 'backup_manifest', 'current_logfiles'], []],
  ['base/5', ['16384', '16384_fsm', '16384_vm', '16384.1', 'PG_VERSION', 'pg_filenode.map'], undefined],
  ['base/5', ['pg_internal.init', 'pg_internal.init.77', 't3_16400', 't3_16400_fsm', 't3_16400.2'], []],
  // An unlogged table: its init file alone.
  ['base/5', ['16384', '16384.1', '16384_fsm', '16384_vm', '16384_init', '16385'], ['16384_init', '16385']],
  ['base/5', ['pgsql_tmp4.0'], []],
] as const)
  test(`of ${names.join(', ')} in '${folder}' are copied ${(want ?? names).join(', ') || 'none'}`, () =>
    expect(backupFiles(folder, names)).toEqual(want ?? names))

for (const [folder, want] of [
  ['pg_wal', true],
  ['pg_replslot', true],
  ['base/pgsql_tmp', true],
  ['base/1', false],
  ['pg_xact', false],
  ['pg_multixact/members', false],
] as const)
  test(`${folder} is ${want ? 'copied empty' : 'copied whole'}`, () => expect(isEmptied(folder)).toBe(want))

test('log segments are taken from the first to the last, nothing else of the folder', () => {
  const [one, two, three, four] = [1, 2, 3, 4].map((at) => `00000001000000000000000${at}`) as [
    string,
    string,
    string,
    string,
  ]
  expect(
    segmentsBetween([four, 'archive_status', three, one, `${two}.partial`, two], { first: two, last: three }),
  ).toEqual([two, three])
})

test('a link in the cluster is not followed', async () => {
  await using elsewhere = await temporaryDirectory()
  await using directory = await temporaryDirectory()
  await writeFile(join(elsewhere.path, 'secret'), 'x')
  await mkdir(join(directory.path, 'base'))
  await symlink(elsewhere.path, join(directory.path, 'base', '1'))
  await symlink(join(elsewhere.path, 'secret'), join(directory.path, 'PG_VERSION'))
  const found = []
  for await (const each of walkCluster(directory.path)) found.push(each)
  expect(found).toEqual([{ kind: 'folder', path: 'base', bytes: 0 }])
})
