import type { MicroCommand } from '../../shell/command.ts'
import type { Shell } from '../../shell/shell.ts'
import { addTransactionsErase } from './erase.ts'
import { addTransactionsList } from './list.ts'
import { addTransactionsRecord } from './record.ts'
import { addTransactionsReverse } from './reverse.ts'
import { addTransactionsShow } from './show.ts'

export const addTransactions = (ledger: MicroCommand, shell: Shell): void => {
  const transactions = ledger
    .command('transactions')
    .examples(
      'micro ledger transactions list --account bank',
      'micro ledger transactions record --reference pay_987 --debit bank=100.00 --credit revenue=100.00',
    )
    .summary('List, show, record and reverse transactions')
    .description('List, show, record and reverse transactions of the ledger, and erase their words.')
    .helpCommand(false)
  addTransactionsList(transactions, shell)
  addTransactionsShow(transactions, shell)
  addTransactionsRecord(transactions, shell)
  addTransactionsReverse(transactions, shell)
  addTransactionsErase(transactions, shell)
}
