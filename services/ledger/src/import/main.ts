import { createReadStream } from 'node:fs'
import { systemClock } from '@micro/kernel'
import { createDatabase } from '@micro/postgres'
import { ConfigurationError } from '@micro/service'
import { readImportConfig } from './config.ts'
import { importBook } from './import.work.ts'

/** A file may come through a pipe from far away, and a slice of large transactions takes its time. */
const pauseMsMax = 10 * 60 * 1_000

/**
 * `node services/ledger/src/import/main.ts FILE --merchant acct_… --mode test|live`, on the database at MIGRATE_DSN (or
 * DB_DSN), as its owner: 0 when the whole book is there, 1 when nothing is, 2 for wrong settings.
 */
const main = async (): Promise<void> => {
  const { url, book, file } = readImportConfig()
  const db = createDatabase({
    url,
    applicationName: 'micro ledger import',
    poolSize: 1,
    statementTimeoutMs: pauseMsMax,
    transactionPauseMsMax: pauseMsMax,
  })
  try {
    const chunks = file === '-' ? process.stdin : createReadStream(file)
    const done = await importBook({ db, clock: systemClock }, book, chunks)
    const from = done.origin.merchant === book.merchant ? '' : `, which was the book of ${done.origin.merchant}`
    process.stdout.write(
      `${book.merchant} ${book.mode}${from}: ${done.assets} assets, ${done.accounts} accounts, ${done.transactions} transactions, ${done.periods} periods, head seq ${done.headSeq}, hash ${done.headHash}\n`,
    )
  } finally {
    await db.close()
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`Nothing was imported: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigurationError ? 2 : 1
})
