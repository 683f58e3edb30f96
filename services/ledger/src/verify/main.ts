import { readFile } from 'node:fs/promises'
import { createDatabase } from '@micro/postgres'
import { ConfigurationError } from '@micro/service'
import { createCheckpointReader } from '@micro/signing'
import { knownInLines } from './checkpoints.ts'
import { readVerifyConfig } from './config.ts'
import { linesOf } from './lines.ts'
import { verifyLedger } from './verify.work.ts'

// A large lane takes its time; nobody waits behind these statements.
const statementTimeoutMs = 60 * 60 * 1_000

/**
 * `node services/ledger/src/verify/main.ts [CHECKPOINTS]`: 0 when the ledger at DB_DSN is sound and has the history of
 * the checkpoints in the file, 1 when not or unreadable, 2 for wrong settings.
 */
const main = async (path: string | undefined): Promise<void> => {
  const { url, checkpointKeys } = readVerifyConfig()
  const read = checkpointKeys && createCheckpointReader(checkpointKeys)
  const known = path === undefined ? new Map() : knownInLines(await readFile(path, 'utf8'), read)
  const db = createDatabase({ url, applicationName: 'micro ledger verify', poolSize: 1, statementTimeoutMs })
  try {
    const verification = await verifyLedger(db, {
      known,
      onBook: ({ merchant, mode, transactions, headSeq, headHash }) =>
        process.stdout.write(
          `${merchant} ${mode}: ${transactions} transactions, head seq ${headSeq}, hash ${headHash ?? 'none'}\n`,
        ),
    })
    process.stdout.write(`${linesOf(verification).join('\n')}\n`)
    if (verification.findings.length > 0) process.exitCode = 1
  } finally {
    await db.close()
  }
}

await main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`The ledger cannot be verified: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof ConfigurationError ? 2 : 1
})
