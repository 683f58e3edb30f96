import type { LedgerHold } from '@micro/contracts'
import { Option } from 'commander'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { createScales, moneyOf, type Scales } from '../money.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags } from '../pages.ts'
import { stamp } from '../times.ts'

type Status = Exclude<LedgerHold['status'], 'dry_run'>

interface Flags extends ListFlags {
  readonly status?: Status
  readonly account?: string
}

const statuses = ['open', 'captured', 'released', 'expired'] as const satisfies readonly Status[]

const columns = [
  { heading: 'HOLD' },
  { heading: 'STATUS' },
  { heading: 'REFERENCE', cut: true },
  { heading: 'HELD', right: true },
  { heading: 'CAPTURED', right: true, spare: 1 },
  { heading: 'REMAINING', right: true },
  { heading: 'EXPIRES (UTC)', spare: 2 },
]

type Part = 'amount_str' | 'captured_str' | 'remaining_str'

/** What the debit side sums to, which is what the credit side does, currency by currency. */
const sumsOf = ({ entries }: LedgerHold, part: Part, scales: Scales): string => {
  const sums = new Map<string, bigint>()
  for (const entry of entries)
    if (entry.direction === 'debit') sums.set(entry.currency, (sums.get(entry.currency) ?? 0n) - BigInt(entry[part]))
  return [...sums].map(([currency, sum]) => moneyOf(sum, scales.of(currency), currency)).join(' + ')
}

const rowOf = (hold: LedgerHold, scales: Scales): string[] => [
  hold.id,
  hold.status,
  printable(hold.reference_id),
  sumsOf(hold, 'amount_str', scales),
  sumsOf(hold, 'captured_str', scales),
  sumsOf(hold, 'remaining_str', scales),
  hold.expires_at === null ? '' : stamp(hold.expires_at),
]

const run = async (context: Context, { status, account, ...page }: Flags): Promise<void> => {
  const { terminal } = context
  const { client } = await openLedger(context)
  const filter = given({ status, account_id: account })
  const listed = await listUpTo((query) => client.listLedgerHolds({ query: { ...filter, ...query } }), page)
  if (context.json) printJson(terminal, listed.items)
  else if (listed.items.length === 0) terminal.err('There are no such holds.')
  else {
    const scales = createScales(client)
    await scales.learn(listed.items.flatMap(({ entries }) => entries.map(({ currency }) => currency)))
    createColumns(terminal, columns).print(listed.items.map((hold) => rowOf(hold, scales)))
  }
  tellOfMore(terminal, listed)
}

export const addHoldsList = (holds: MicroCommand, shell: Shell): void => {
  const list = holds
    .command('list')
    .examples('micro ledger holds list --status open', 'micro ledger holds list --account wallet:42 --json')
    .summary('List holds, newest first')
    .description('List holds, newest first: what each set aside, what of it was captured, and what is left.')
    .addOption(new Option('--status <status>', 'only those with this status').choices(statuses))
    .option('--account <id>', 'only those with an entry on this account')
  withListFlags(list).action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
