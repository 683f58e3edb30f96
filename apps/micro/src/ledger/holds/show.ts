import type { LedgerHold } from '@micro/contracts'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { metadataText, printFacts } from '../facts.ts'
import { amountOf, createScales, type Scales } from '../money.ts'
import { openLedger } from '../open.ts'
import { stamp } from '../times.ts'

const columns = [
  { heading: 'ACCOUNT' },
  { heading: 'SIDE' },
  { heading: 'HELD', right: true },
  { heading: 'CAPTURED', right: true },
  { heading: 'REMAINING', right: true },
  { heading: 'CURRENCY' },
]

const unsigned = (digits: string): bigint => BigInt(digits.replace('-', ''))

const draw = ({ terminal }: Context, hold: LedgerHold, scales: Scales): void => {
  printFacts(terminal, [
    ['Hold', hold.id],
    ['Status', hold.status],
    ['Reference', hold.reference_id],
    ['Description', hold.description],
    ['Made by', hold.transaction],
    ...hold.transactions.map((id, at) => [at === 0 ? 'Settled by' : '', id] as const),
    ['Expires', hold.expires_at === null ? null : `${stamp(hold.expires_at)} UTC`],
    ['Metadata', metadataText(hold.metadata)],
    ['Created', `${stamp(hold.created)} UTC`],
  ])
  terminal.out('')
  createColumns(terminal, columns).print(
    hold.entries.map((entry) => [
      entry.account_id,
      entry.direction,
      ...[entry.amount_str, entry.captured_str, entry.remaining_str].map((digits) =>
        amountOf(unsigned(digits), scales.of(entry.currency)),
      ),
      entry.currency.toUpperCase(),
    ]),
  )
}

const run = async (context: Context, id: string): Promise<void> => {
  const { client } = await openLedger(context)
  const hold = await client.retrieveLedgerHold({ params: { id } })
  if (context.json) {
    printJson(context.terminal, hold)
    return
  }
  const scales = createScales(client)
  await scales.learn(hold.entries.map(({ currency }) => currency))
  draw(context, hold, scales)
}

export const addHoldsShow = (holds: MicroCommand, shell: Shell): void => {
  holds
    .command('show')
    .argument('<hold>', 'the id of the hold, hold_…')
    .examples('micro ledger holds show hold_00SRSIVEKu6cW0MhbOYBCcMJ')
    .summary('Show a hold with what became of it')
    .description('Show a hold: what it set aside, what of it was captured, and what is left.')
    .action((id: string, _flags: object, command: MicroCommand) => run(contextOf(shell, command), id))
}
