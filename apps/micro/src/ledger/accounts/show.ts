import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { showAccount } from './shown.ts'

const run = async (context: Context, id: string): Promise<void> => {
  const { client } = await openLedger(context)
  showAccount(context, await client.retrieveLedgerAccount({ params: { id } }))
}

export const addAccountsShow = (accounts: MicroCommand, shell: Shell): void => {
  accounts
    .command('show')
    .argument('<account>', 'the id of the account')
    .examples('micro ledger accounts show bank')
    .summary('Show an account with its balances and limits')
    .description('Show an account: balances, limits, status and metadata.')
    .action((id: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), id))
}
