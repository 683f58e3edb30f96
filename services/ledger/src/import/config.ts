import { parseArgs } from 'node:util'
import type { Mode } from '@micro/contracts'
import { ConfigurationError, readEnvironment, type Environment } from '@micro/service'
import type { BookKey } from '../books/book.ts'

export interface ImportConfig {
  /** Login of the tables' owner. */
  readonly url: string
  readonly book: BookKey
  /** `-`: standard input. */
  readonly file: string
}

const isMode = (text: string | undefined): text is Mode => text === 'test' || text === 'live'

const readArguments = (args: readonly string[]): Omit<ImportConfig, 'url'> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { merchant: { type: 'string' }, mode: { type: 'string' } },
    allowPositionals: true,
  })
  const { merchant = '', mode } = values
  const [file, ...rest] = positionals
  const wrong = [
    ...(merchant === '' ? ['--merchant must be the merchant who gets the book, as acct_...'] : []),
    ...(isMode(mode) ? [] : ['--mode must be test or live, as the export has it']),
    ...(file === undefined || rest.length > 0 ? ['name one file, or - for standard input'] : []),
  ]
  if (wrong.length > 0 || !isMode(mode) || file === undefined) throw new ConfigurationError(wrong)
  return { book: { merchant, mode }, file }
}

/** Reads FILE, `--merchant`, `--mode` and MIGRATE_DSN (or DB_DSN). @throws ConfigurationError */
export const readImportConfig = (
  args: readonly string[] = process.argv.slice(2),
  env: Environment = process.env,
): ImportConfig => {
  const settings = readEnvironment(env)
  const { url, migrateUrl } = settings.database()
  const given = settings.including(() => readArguments(args))
  return settings.done({ url: migrateUrl ?? url, ...given })
}
