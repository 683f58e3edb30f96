import { resolve } from 'node:path'
import { fakeClock } from '@micro/testing'
import { expect, test } from 'vitest'
import { ConfigError } from '../config.ts'
import { readRestoreConfig } from '../restore/config.ts'
import { readBackupConfig } from './config.ts'

const clock = fakeClock('2026-01-31T12:00:05Z')

test('a backup of .micro goes into this folder, under a name that tells its time', () => {
  expect(readBackupConfig([], clock)).toEqual({
    dataDir: resolve('.micro'),
    file: resolve('micro-backup-20260131T120005Z.tar.gz'),
    json: false,
  })
  expect(readBackupConfig(['--data-dir', '/data', '--output', '/mnt/x', '--json'], clock)).toEqual({
    dataDir: '/data',
    file: '/mnt/x',
    json: true,
  })
})

test('a restore is told one file; a name like a flag is a file after --', () => {
  expect(readRestoreConfig(['--data-dir', '/data', '--', '--file'])).toEqual({
    dataDir: '/data',
    file: resolve('--file'),
    json: false,
  })
})

for (const args of [['--output', ''], ['--data-dir', ''], ['--outptu', 'x'], ['stray']])
  test(`a backup asked for with ${args.join(' ')} is misuse`, () =>
    expect(() => readBackupConfig(args, clock)).toThrow(ConfigError))
for (const args of [[], [''], ['a', 'b'], ['a', '--data-dir', ''], ['a', '--force']])
  test(`a restore asked for with '${args.join(' ')}' is misuse`, () =>
    expect(() => readRestoreConfig(args)).toThrow(ConfigError))
