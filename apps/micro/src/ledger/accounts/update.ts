import type { LedgerAccount } from '@micro/contracts'
import { Option } from 'commander'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { openLedger } from '../open.ts'
import { accountStatuses, given, metadataOption, readCount } from '../options.ts'
import { limitsOf, withLimitFlags, type LimitFlags } from './limits.ts'
import { showAccount } from './shown.ts'

interface Flags extends LimitFlags {
  readonly status?: LedgerAccount['status']
  readonly name?: string
  readonly metadata?: Record<string, string>
  readonly ifVersion?: number
}

const run = async (context: Context, id: string, flags: Flags): Promise<void> => {
  const { status, name, metadata, ifVersion } = flags
  const changes = given({ status, name, metadata })
  const isLimited = flags.minAvailable !== undefined || flags.maxBalance !== undefined
  if (!isLimited && Object.keys(changes).length === 0)
    throw usageFailure('Say what to change: --status, --name, --metadata, --min-available or --max-balance.')
  const { client } = await openLedger(context)
  const scale = isLimited ? (await client.retrieveLedgerAccount({ params: { id } })).scale : 0
  const body = { ...changes, ...given({ ...limitsOf(flags, scale), if_version: ifVersion }) }
  showAccount(context, await client.updateLedgerAccount({ params: { id }, body }))
}

export const addAccountsUpdate = (accounts: MicroCommand, shell: Shell): void => {
  const update = accounts
    .command('update')
    .argument('<account>', 'the id of the account')
    .examples(
      'micro ledger accounts update wallet:42 --status frozen',
      'micro ledger accounts update wallet:42 --min-available 0 --metadata tier=gold',
    )
    .summary('Change limits, name, metadata or status: freeze, close')
    .description(
      'Change an account. A frozen one takes no transactions until it is active again; closing takes a balance of 0 and is final. Metadata is merged; an empty value removes a key.',
    )
    .addOption(new Option('--status <status>', 'the status it is to have').choices(accountStatuses))
    .option('--name <name>', 'a name for people')
    .addOption(metadataOption('metadata'))
  withLimitFlags(update)
    .option('--if-version <n>', 'only if it has this many entries', readCount)
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}
