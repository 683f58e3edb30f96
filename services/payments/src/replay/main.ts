import { systemClock } from '@micro/kernel'
import { createDatabase } from '@micro/postgres'
import { ConfigurationError } from '@micro/service'
import { readReplayConfig } from './config.ts'
import { replay } from './replay.work.ts'

/** `node services/payments/src/replay/main.ts --since TIME`, on the database at DB_DSN, before the services start. */
const main = async (): Promise<void> => {
  const { url, since } = readReplayConfig()
  const db = createDatabase({ url, applicationName: 'micro payments replay', poolSize: 1 })
  try {
    const { postings, events } = await replay({ db, clock: systemClock, since })
    process.stdout.write(
      `To be told again since ${since.toISOString()}: ${postings} postings to the ledger, ${events} events.\n`,
    )
  } finally {
    await db.close()
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`Nothing more was replayed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigurationError ? 2 : 1
})
