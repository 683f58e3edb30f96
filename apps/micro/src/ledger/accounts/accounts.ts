import type { MicroCommand } from '../../shell/command.ts'
import type { Shell } from '../../shell/shell.ts'
import { addAccountsCreate } from './create.ts'
import { addAccountsList } from './list.ts'
import { addAccountsShow } from './show.ts'
import { addAccountsUpdate } from './update.ts'

export const addAccounts = (ledger: MicroCommand, shell: Shell): void => {
  const accounts = ledger
    .command('accounts')
    .examples('micro ledger accounts list --type asset', 'micro ledger accounts show bank')
    .summary('List, show, create and change accounts')
    .description('List, show, create and change the accounts of the ledger.')
    .helpCommand(false)
  addAccountsList(accounts, shell)
  addAccountsShow(accounts, shell)
  addAccountsCreate(accounts, shell)
  addAccountsUpdate(accounts, shell)
}
