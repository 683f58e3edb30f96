import type { LedgerHold } from '@micro/contracts'
import { createColumns } from '../../shell/columns.ts'
import { printJson, type Context } from '../../shell/shell.ts'
import { metadataText, printFacts } from '../facts.ts'
import { amountOf, createScales, type Scales } from '../money.ts'
import type { Ledger } from '../open.ts'
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
  const isRecorded = hold.status !== 'dry_run'
  printFacts(terminal, [
    ['Hold', isRecorded ? hold.id : ''],
    ['Status', isRecorded ? hold.status : ''],
    ['Reference', hold.reference_id],
    ['Description', hold.description],
    ['Made by', isRecorded ? hold.transaction : ''],
    ...hold.transactions.map((id, at) => [at === 0 ? 'Settled by' : '', id] as const),
    ['Expires', hold.expires_at === null ? null : `${stamp(hold.expires_at)} UTC`],
    ['Metadata', metadataText(hold.metadata)],
    ['Created', isRecorded ? `${stamp(hold.created)} UTC` : ''],
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

/** Prints one hold, as JSON or drawn. @throws ApiError, ConnectionError */
export const showHold = async (context: Context, { client }: Ledger, hold: LedgerHold): Promise<void> => {
  if (context.json) {
    printJson(context.terminal, hold)
    return
  }
  const scales = createScales(client)
  await scales.learn(hold.entries.map(({ currency }) => currency))
  draw(context, hold, scales)
}
