import { runTool } from '../tool.ts'
import { readImportConfig } from './config.ts'
import { importFile } from './import.ts'

/** What `micro import-ledger` runs. */
await runTool(async (signal) => {
  const config = readImportConfig(process.argv.slice(2))
  const { origin, ...done } = await importFile(config, { stdin: process.stdin, signal })
  const { merchant, mode } = config.book
  if (config.json) {
    const told = {
      ...{ merchant, mode, origin, assets: done.assets, accounts: done.accounts, transactions: done.transactions },
      ...{ periods: done.periods, head_seq: done.headSeq, hash: done.headHash },
    }
    process.stdout.write(`${JSON.stringify(told, null, 2)}\n`)
    return
  }
  const from = origin.merchant === merchant ? '' : `, which was that of ${origin.merchant}`
  process.stdout.write(
    `${merchant} has its ${mode} ledger${from}: ${done.accounts} accounts, ${done.transactions} transactions, ${done.periods} closed periods.\nIt ends at seq ${done.headSeq} with hash ${done.headHash}: compare it with the one you kept.\n`,
  )
})
