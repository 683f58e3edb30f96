import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'

const run = async (context: Context): Promise<void> => {
  const { terminal } = context
  const { client } = await openLedger(context)
  const checkpoint = await client.createLedgerCheckpoint({ body: {} })
  if (context.json) {
    printJson(terminal, checkpoint)
    return
  }
  terminal.err(
    `Signed seq ${checkpoint.seq} and everything before it. Keep it where nobody who could change the ledger may write.`,
  )
  terminal.out(checkpoint.token)
}

export const addCheckpoint = (ledger: MicroCommand, shell: Shell): void => {
  ledger
    .command('checkpoint')
    .examples('micro ledger checkpoint > checkpoint.txt', 'micro ledger verify --checkpoint checkpoint.txt')
    .summary('Sign the ledger as it is, to prove later that it was not changed')
    .description(
      'Sign the newest transaction, and with it everything before. The checkpoint alone goes to standard output: kept elsewhere, it proves later that nothing up to there was changed.',
    )
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
