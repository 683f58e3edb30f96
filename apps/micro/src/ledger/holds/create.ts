import type { LedgerClient } from '../../session/api.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { readDuration } from '../../shell/duration.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { objectOf, tellOfDryRun } from '../asked.ts'
import { openLedger } from '../open.ts'
import { given, metadataOption } from '../options.ts'
import { readTo } from '../times.ts'
import { entriesOf, readLeg, type Leg } from '../transactions/entries.ts'
import { showHold } from './drawing.ts'

interface Flags {
  readonly file?: string
  readonly reference?: string
  readonly debit?: Leg[]
  readonly credit?: Leg[]
  readonly description?: string
  /** Seconds. */
  readonly expiresIn?: number
  readonly expiresAt?: number
  readonly metadata?: Record<string, string>
  readonly dryRun?: boolean
}

type Body = Parameters<LedgerClient['createLedgerHold']>[0]['body']

const expirySecondsMax = 366 * 24 * 60 * 60

const bodyOfFlags = async (client: LedgerClient, flags: Flags): Promise<Body> => {
  const { reference, debit = [], credit = [], description, expiresIn, expiresAt, metadata } = flags
  if (reference === undefined || debit.length === 0 || credit.length === 0)
    throw usageFailure('Give --reference, --debit and --credit, or the hold as JSON with --file.')
  if (expiresIn !== undefined && expiresAt !== undefined)
    throw usageFailure('Give --expires-in or --expires-at, not both.')
  const entries = await entriesOf(client, { debit, credit })
  const expiry = { expires_in: expiresIn, expires_at: expiresAt }
  return { reference_id: reference, entries, ...given({ description, metadata, ...expiry }) }
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { file, dryRun, ...members } = flags
  if (file !== undefined && Object.keys(members).length > 0)
    throw usageFailure('With --file everything is in the file; only --dry-run goes with it.')
  const ledger = await openLedger(context)
  const body =
    file === undefined ? await bodyOfFlags(ledger.client, flags) : ((await objectOf(file, context, 'hold')) as Body)
  const hold = await ledger.client.createLedgerHold({ body: { ...body, ...given({ dry_run: dryRun }) } })
  tellOfDryRun(context, hold)
  await showHold(context, ledger, hold)
}

export const addHoldsCreate = (holds: MicroCommand, shell: Shell): void => {
  holds
    .command('create')
    .examples(
      'micro ledger holds create --reference room_4 --debit wallet:42=80.00 --credit sales=80.00 --expires-in 2d',
      'micro ledger holds create --file hold.json --dry-run',
    )
    .summary('Set money aside from flags or a JSON file')
    .description(
      'Set money aside: it counts against the limits of its accounts until it is captured or given back. Amounts of flags are as people write them: 12.50. Those of JSON are as the API has them: 1250. The same reference with the same content again changes nothing and shows it.',
    )
    .option('--reference <id>', 'what it is called at your end; made once')
    .option('--debit <account=amount>', 'an account that capturing it debits; as often as you like', readLeg)
    .option('--credit <account=amount>', 'an account that capturing it credits; as often as you like', readLeg)
    .option('--description <text>', 'what it is for')
    .option(
      '--expires-in <duration>',
      'how long until what is left is given back, such as 90m or 7d; never unless given',
      readDuration(expirySecondsMax),
    )
    .option('--expires-at <time>', 'when what is left is given back; of a date its end in UTC', readTo)
    .addOption(metadataOption('metadata'))
    .option('--file <path>', 'the hold as JSON, as the API takes it; - for standard input')
    .option('--dry-run', 'check everything and show what would be held')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
