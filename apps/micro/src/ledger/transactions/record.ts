import type { LedgerTransaction } from '@micro/contracts'
import type { LedgerClient } from '../../session/api.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { objectOf, tellOfDryRun } from '../asked.ts'
import { openLedger } from '../open.ts'
import { given, metadataOption } from '../options.ts'
import { readFrom } from '../times.ts'
import { showTransaction } from './drawing.ts'
import { entriesOf, readLeg, type Leg } from './entries.ts'

interface Flags {
  readonly file?: string
  readonly reference?: string
  readonly debit?: Leg[]
  readonly credit?: Leg[]
  readonly description?: string
  readonly effective?: number
  readonly metadata?: Record<string, string>
  readonly dryRun?: boolean
}

type Body = Parameters<LedgerClient['recordLedgerTransaction']>[0]['body']

const bodyOfFlags = async (client: LedgerClient, flags: Flags): Promise<Body> => {
  const { reference, debit = [], credit = [], description, effective, metadata } = flags
  if (reference === undefined || debit.length === 0 || credit.length === 0)
    throw usageFailure('Give --reference, --debit and --credit, or the transaction as JSON with --file.')
  const entries = await entriesOf(client, { debit, credit })
  return { reference_id: reference, entries, ...given({ description, metadata, effective_at: effective }) }
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { file, dryRun, ...members } = flags
  if (file !== undefined && Object.keys(members).length > 0)
    throw usageFailure('With --file everything is in the file; only --dry-run goes with it.')
  const ledger = await openLedger(context)
  const body =
    file === undefined
      ? await bodyOfFlags(ledger.client, flags)
      : ((await objectOf(file, context, 'transaction')) as Body)
  const recorded: LedgerTransaction = await ledger.client.recordLedgerTransaction({
    body: { ...body, ...given({ dry_run: dryRun }) },
  })
  tellOfDryRun(context, recorded)
  await showTransaction(context, ledger, recorded)
}

export const addTransactionsRecord = (transactions: MicroCommand, shell: Shell): void => {
  transactions
    .command('record')
    .examples(
      'micro ledger transactions record --reference pay_987 --debit bank=100.00 --credit revenue=97.10 --credit tax=2.90',
      'micro ledger transactions record --file transaction.json --dry-run',
    )
    .summary('Record a transaction from flags or a JSON file')
    .description(
      'Record a transaction, from flags or as JSON. Amounts of flags are as people write them: 12.50. Those of JSON are as the API has them: 1250. The same reference with the same content again changes nothing and shows it.',
    )
    .option('--reference <id>', 'what it is called at your end; recorded once')
    .option('--debit <account=amount>', 'an account to debit; as often as you like', readLeg)
    .option('--credit <account=amount>', 'an account to credit; as often as you like', readLeg)
    .option('--description <text>', 'what it is for')
    .option('--effective <time>', 'when it took or takes effect; now unless given', readFrom)
    .addOption(metadataOption('metadata'))
    .option('--file <path>', 'the transaction as JSON, as the API takes it; - for standard input')
    .option('--dry-run', 'check everything and show what would be recorded')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
