import type { LedgerClient } from '../../session/api.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { tellOfDryRun } from '../asked.ts'
import { createScales, readAmount } from '../money.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { showTransaction } from '../transactions/drawing.ts'

interface Flags {
  readonly amount?: string
  readonly final?: true
  readonly reference?: string
  readonly description?: string
  readonly dryRun?: boolean
}

/** Digits of the hold's currency; of one in several only entries could say which. @throws Failure (2) */
const minorOf = async (client: LedgerClient, id: string, amount: string): Promise<string> => {
  const { currency } = await client.retrieveLedgerHold({ params: { id } })
  if (currency === null)
    throw usageFailure('The hold is in several currencies: capture it whole, or in parts through the API.')
  const scales = createScales(client)
  await scales.learn([currency])
  const minor = readAmount(amount, scales.of(currency))
  if (minor === undefined || minor <= 0n)
    throw usageFailure(
      `--amount must be more than 0, with up to ${scales.of(currency)} decimal digits, got '${amount}'.`,
    )
  return String(minor)
}

const run = async (context: Context, id: string, flags: Flags): Promise<void> => {
  const { amount, final, reference, description, dryRun } = flags
  const ledger = await openLedger(context)
  const { client } = ledger
  const body = given({
    amount: amount === undefined ? undefined : await minorOf(client, id, amount),
    final,
    reference_id: reference,
    description,
    dry_run: dryRun,
  })
  const captured = await client.captureLedgerHold({ params: { id }, body })
  tellOfDryRun(context, captured)
  await showTransaction(context, ledger, captured)
}

export const addHoldsCapture = (holds: MicroCommand, shell: Shell): void => {
  holds
    .command('capture')
    .argument('<hold>', 'the id of the hold, hold_…')
    .examples(
      'micro ledger holds capture hold_00SRSIVEKu6cW0MhbOYBCcMJ',
      'micro ledger holds capture hold_00SRSIVEKu6cW0MhbOYBCcMJ --amount 12.50 --final',
    )
    .summary('Post what is held, all or a part of it')
    .description('Post what is held: all that is left, or an amount of it. Several captures take a --reference each.')
    .option('--amount <amount>', 'how much, as people write it: 12.50; all that is left unless given')
    .option('--final', 'give back the rest in the same transaction')
    .option('--reference <id>', 'what it is called at your end; made from the hold unless given')
    .option('--description <text>', 'what it is for')
    .option('--dry-run', 'check everything and show what would be posted')
    .action((id: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), id, flags))
}
