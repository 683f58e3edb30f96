import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Mode } from '@micro/contracts'
import { ConfigError, defaultDataDir } from '../config.ts'

export interface ImportConfig {
  readonly dataDir: string
  /** Absolute; null for standard input. */
  readonly file: string | null
  readonly book: { readonly merchant: string; readonly mode: Mode }
  readonly json: boolean
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'data-dir': { type: 'string', default: defaultDataDir },
      merchant: { type: 'string', default: '' },
      mode: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
    },
  })

/** @throws ConfigError */
export const readImportConfig = (args: readonly string[]): ImportConfig => {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    throw new ConfigError((error as Error).message)
  }
  const { 'data-dir': dataDir, merchant, mode, json } = parsed.values
  const [file, ...rest] = parsed.positionals
  if (file === undefined || file === '' || rest.length > 0)
    throw new ConfigError('Name one export to import, or - for standard input.')
  if (dataDir === '') throw new ConfigError('--data-dir must not be empty.')
  if (!/^acct_\w+$/.test(merchant))
    throw new ConfigError(
      '--merchant must be the merchant who gets the ledger, as acct_... (micro whoami shows yours).',
    )
  if (mode !== 'test' && mode !== 'live') throw new ConfigError('--mode must be test or live, as the export has it.')
  return { dataDir: resolve(dataDir), file: file === '-' ? null : resolve(file), book: { merchant, mode }, json }
}
