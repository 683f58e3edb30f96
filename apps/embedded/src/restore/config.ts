import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, defaultDataDir } from '../config.ts'

export interface RestoreConfig {
  /** Absolute paths. */
  readonly file: string
  readonly dataDir: string
  readonly json: boolean
}

/** @throws ConfigError */
export const readRestoreConfig = (args: readonly string[]): RestoreConfig => {
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { 'data-dir': { type: 'string', default: defaultDataDir }, json: { type: 'boolean', default: false } },
    })
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse()
  } catch (error) {
    throw new ConfigError((error as Error).message)
  }
  const [file, ...rest] = parsed.positionals
  if (file === undefined || file === '' || rest.length > 0) throw new ConfigError('Name one backup to restore.')
  const dataDir = parsed.values['data-dir']
  if (dataDir === '') throw new ConfigError('--data-dir must not be empty.')
  return { file: resolve(file), dataDir: resolve(dataDir), json: parsed.values.json }
}
