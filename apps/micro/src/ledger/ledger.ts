import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { addAccounts } from './accounts/accounts.ts'
import { addAssets } from './assets/assets.ts'
import { addExport } from './export/export.ts'
import { addFeed } from './feed/feed.ts'
import { addHolds } from './holds/holds.ts'
import { addImport } from './import/import.ts'
import { addPeriods } from './periods/periods.ts'
import { addCheckpoint } from './proof/checkpoint.ts'
import { addVerify } from './proof/verify.ts'
import { addAggregate } from './reports/aggregate.ts'
import { addBalance } from './reports/balance.ts'
import { addStatement } from './reports/statement.ts'
import { addTrialBalance } from './reports/trial-balance.ts'
import { addTransactions } from './transactions/transactions.ts'

export const addLedger = (program: MicroCommand, shell: Shell): void => {
  const ledger = program
    .command('ledger')
    .examples(
      'micro ledger accounts list',
      'micro ledger statement bank --from 2026-01-01',
      'micro ledger trial-balance',
    )
    .summary('Work with the ledger: accounts, transactions, reports')
    .description(
      'Work with the ledger of the API key, in its mode. Amounts are shown with the decimal digits of their currency, times in UTC; --json has both as the API does.',
    )
    .helpCommand(false)
    .helpGroup('Ledger commands:')
  addAccounts(ledger, shell)
  addAssets(ledger, shell)
  addTransactions(ledger, shell)
  addHolds(ledger, shell)
  addBalance(ledger, shell)
  addStatement(ledger, shell)
  addTrialBalance(ledger, shell)
  addAggregate(ledger, shell)
  addPeriods(ledger, shell)
  addCheckpoint(ledger, shell)
  addVerify(ledger, shell)
  addFeed(ledger, shell)
  addExport(ledger, shell)
  addImport(ledger, shell)
}
