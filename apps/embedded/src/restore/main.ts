import { linesOf } from '@micro/ledger/verify'
import { runTool } from '../tool.ts'
import { readRestoreConfig } from './config.ts'
import { restore } from './restore.ts'

/** How many books are told of one by one. */
const booksShownMax = 20

/** What `micro restore` runs. */
await runTool(async (signal) => {
  const config = readRestoreConfig(process.argv.slice(2))
  let books = 0
  const { manifest, verification } = await restore(config, {
    signal,
    onBook({ merchant, mode, transactions, headSeq }) {
      if (!config.json && books++ < booksShownMax)
        process.stdout.write(`  ${merchant} ${mode}: ${transactions} transactions, head seq ${headSeq}\n`)
    },
  })
  if (verification.findings.length > 0) process.exitCode = 1
  if (config.json) {
    const asText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
    process.stdout.write(`${JSON.stringify({ data_dir: config.dataDir, manifest, ledger: verification }, asText, 2)}\n`)
    return
  }
  process.stdout.write(`${linesOf(verification).join('\n')}\n`)
  process.stdout.write(`Restored the backup of ${manifest?.created} to ${config.dataDir}.\n`)
})
