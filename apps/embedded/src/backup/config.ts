import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Clock } from '@micro/kernel'
import { ConfigError, defaultDataDir } from '../config.ts'

export interface BackupConfig {
  /** Absolute paths. */
  readonly dataDir: string
  readonly file: string
  readonly json: boolean
}

/** `micro-backup-20260131T120000Z.tar.gz`: names that sort by time and that every file system takes. */
const fileName = (now: Date): string =>
  `micro-backup-${now.toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+/, '')}.tar.gz`

/** @throws ConfigError */
export const readBackupConfig = (args: readonly string[], clock: Clock): BackupConfig => {
  const parse = () =>
    parseArgs({
      args: [...args],
      options: {
        'data-dir': { type: 'string', default: defaultDataDir },
        output: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values
  let values: ReturnType<typeof parse>
  try {
    values = parse()
  } catch (error) {
    throw new ConfigError((error as Error).message)
  }
  if (values['data-dir'] === '') throw new ConfigError('--data-dir must not be empty.')
  if (values.output === '') throw new ConfigError('--output must not be empty.')
  return {
    dataDir: resolve(values['data-dir']),
    file: resolve(values.output ?? fileName(clock.now())),
    json: values.json,
  }
}
