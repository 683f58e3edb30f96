import type { LedgerAccount } from '@micro/contracts'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { createScales } from '../money.ts'
import { openLedger } from '../open.ts'
import { given, metadataOption, typeOption } from '../options.ts'
import { limitsOf, withLimitFlags, type LimitFlags } from './limits.ts'
import { showAccount } from './shown.ts'

interface Flags extends LimitFlags {
  readonly type: LedgerAccount['type']
  readonly name?: string
  readonly currency?: string
  readonly metadata?: Record<string, string>
}

const run = async (context: Context, id: string | undefined, flags: Flags): Promise<void> => {
  const { type, currency, metadata } = flags
  const name = flags.name ?? id
  if (name === undefined) throw usageFailure('Give the account an id or a --name.')
  const isLimited = flags.minAvailable !== undefined || flags.maxBalance !== undefined
  if (isLimited && currency === undefined)
    throw usageFailure('Limits are amounts of a currency: name it with --currency.')
  const { client } = await openLedger(context)
  const scales = createScales(client)
  const code = currency?.toLowerCase() ?? ''
  if (isLimited) await scales.learn([code])
  const account = await client.createLedgerAccount({
    body: { name, type, ...given({ id, currency, metadata, ...limitsOf(flags, scales.of(code)) }) },
  })
  showAccount(context, account)
}

export const addAccountsCreate = (accounts: MicroCommand, shell: Shell): void => {
  const create = accounts
    .command('create')
    .argument('[account]', 'the id it is to have; left out, one is made')
    .examples(
      'micro ledger accounts create bank --type asset --name "Our bank"',
      'micro ledger accounts create wallet:42 --type liability --currency eur --min-available 0',
    )
    .summary('Create an account')
    .description('Create an account. The same id with the same attributes again changes nothing and shows it.')
  create.addOption(typeOption('what kind of account it is').makeOptionMandatory())
  withLimitFlags(create)
    .option('--name <name>', 'a name for people; the id unless given')
    .option('--currency <code>', 'a currency or an asset of yours; usd unless given')
    .addOption(metadataOption('metadata'))
    .action((id: string | undefined, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}
