import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { systemClock } from '@micro/kernel'
import { importBook, ImportRefused, type Imported } from '@micro/ledger/import'
import { appliedMigrations, createDatabase, readMigrations } from '@micro/postgres'
import { createUndo } from '@micro/service'
import { openSource } from '../backup/source.ts'
import { databaseNames, migrationsOf } from '../databases.ts'
import { ToolError } from '../tool.ts'
import type { ImportConfig } from './config.ts'

/** A file may come through a pipe from far away, and a slice of large transactions takes its time. */
const pauseMsMax = 10 * 60 * 1_000

/** @throws ToolError where the tables are not those that this program knows */
const checkTables = async (url: string): Promise<void> => {
  const applied = await appliedMigrations({ url, schema: 'ledger' }).catch((): string[] => [])
  const known = (await readMigrations(migrationsOf('ledger'))).map(({ name }) => name)
  if (applied.length !== known.length || known.some((name) => !applied.includes(name)))
    throw new ToolError('The ledger there is of another version of Micro. Start this one on it once: micro up')
}

/**
 * Makes an export the ledger of a merchant who has none in that mode, in the database of a data directory, while the
 * platform runs or not. All of it or nothing. @throws ToolError, EmbeddedPostgresError
 */
export const importFile = async (
  { dataDir, file, book }: ImportConfig,
  { stdin, signal }: { stdin: NodeJS.ReadStream; signal: AbortSignal },
): Promise<Imported> => {
  const undo = createUndo()
  try {
    const source = await openSource(dataDir)
    undo.add(source.close)
    const url = source.superuserUrl(databaseNames.ledger)
    await checkTables(url)
    const options = { poolSize: 1, statementTimeoutMs: pauseMsMax, transactionPauseMsMax: pauseMsMax }
    const db = createDatabase({ url, applicationName: 'micro import', ...options })
    undo.add(() => db.close())
    const chunks = addAbortSignal(signal, file === null ? stdin : createReadStream(file))
    return await importBook({ db, clock: systemClock }, book, chunks)
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error
    throw new ToolError(`${file ?? 'What came'} cannot be imported: ${error.message}. Nothing was changed.`, {
      cause: error,
    })
  } finally {
    await undo.all()
  }
}
