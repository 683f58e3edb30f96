import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printFacts } from '../facts.ts'
import { changeOf, moneyOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { pointOf, pointText, withPointFlags, type PointFlags } from './point.ts'

const run = async (context: Context, id: string, flags: PointFlags): Promise<void> => {
  const query = pointOf(flags)
  const { client } = await openLedger(context)
  const balance = await client.retrieveLedgerBalance({ params: { id }, query })
  if (context.json) {
    printJson(context.terminal, balance)
    return
  }
  const { account_id, balance_str, scale, currency, normal_balance, pending_str } = balance
  printFacts(context.terminal, [
    ['Account', account_id],
    ['Balance', `${moneyOf(BigInt(balance_str), scale, currency)} (${normal_balance})`],
    ['Pending', pending_str === null ? null : changeOf(BigInt(pending_str), scale)],
    ['As of', pointText(balance)],
  ])
}

export const addBalance = (ledger: MicroCommand, shell: Shell): void => {
  const balance = ledger
    .command('balance')
    .argument('<account>', 'the id of the account')
    .examples(
      'micro ledger balance bank',
      'micro ledger balance bank --at 2026-01-31',
      'micro ledger balance bank --seq 1200 --json',
    )
    .summary("Tell an account's balance, now or at any point of the past")
    .description(
      "Tell an account's balance on its normal side: now, as recorded up to a time or a seq, or what took effect up to a time. --effective goes together with --at or --seq: what was known then.",
    )
  withPointFlags(balance).action((id: string, flags: PointFlags, command: MicroCommand) =>
    run(contextOf(shell, command), id, flags),
  )
}
