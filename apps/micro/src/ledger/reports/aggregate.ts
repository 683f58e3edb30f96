import type { LedgerAccount, LedgerAggregate } from '@micro/contracts'
import { Option } from 'commander'
import type { LedgerClient } from '../../session/api.ts'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { amountOf, countOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { accountStatuses, given, metadataOption, readCount, typeOption } from '../options.ts'
import { listUpTo, tellOfMore, withListFlags, type ListFlags, type PageQuery } from '../pages.ts'
import { pointOf, pointText, withPointFlags, type PointFlags } from './point.ts'

type Aggregates = Awaited<ReturnType<LedgerClient['aggregateLedgerBalances']>>

const groupings = ['type', 'currency', 'prefix', 'metadata'] as const

interface Flags extends PointFlags, ListFlags {
  readonly by: (typeof groupings)[number]
  readonly segments?: number
  readonly key?: string
  readonly type?: LedgerAccount['type']
  readonly currency?: string
  readonly status?: LedgerAccount['status']
  readonly idPrefix?: string
  readonly metadata?: Record<string, string>
}

/** @throws Failure (2) for what goes with another grouping */
const groupOf = ({ by, segments, key }: Flags) => {
  if (segments !== undefined && by !== 'prefix') throw usageFailure('--segments goes with --by prefix.')
  if (key !== undefined && by !== 'metadata') throw usageFailure('--key goes with --by metadata.')
  if (key === undefined && by === 'metadata') throw usageFailure('Say which metadata with --key.')
  return { group_by: by, ...given({ segments, metadata_key: key }) }
}

const columns = [
  { heading: 'GROUP', cut: true },
  { heading: 'CURRENCY' },
  { heading: 'ACCOUNTS', right: true, spare: 1 },
  { heading: 'DEBIT', right: true, spare: 2 },
  { heading: 'CREDIT', right: true, spare: 2 },
  { heading: 'BALANCE', right: true },
]

const rowOf = ({ group, currency, accounts, scale, ...sums }: LedgerAggregate): string[] => [
  printable(group ?? '(none)'),
  currency.toUpperCase(),
  countOf(accounts),
  ...[sums.debits_str, sums.credits_str, sums.balance_str].map((digits) => amountOf(BigInt(digits), scale)),
]

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal } = context
  const { type, currency, status, idPrefix, metadata } = flags
  const group = groupOf(flags)
  const filter = given({ type, currency, status, id_prefix: idPrefix, metadata })
  const { at, ...point } = pointOf(flags)
  const { client } = await openLedger(context)
  let head: Aggregates | undefined
  const ask = async (page: PageQuery): Promise<Aggregates> => {
    // All pages are of the book as the first one found it.
    const moment = head === undefined ? given({ ...point, at }) : { ...point, seq: head.seq }
    const answer = await client.aggregateLedgerBalances({ query: { ...group, ...filter, ...moment, ...page } })
    head ??= answer
    return answer
  }
  const listed = await listUpTo(ask, flags)
  if (context.json) printJson(terminal, { ...head, has_more: listed.left, data: listed.items })
  else {
    if (listed.items.length === 0) terminal.err('There are no such accounts.')
    else createColumns(terminal, columns).print(listed.items.map(rowOf))
    if (head !== undefined) terminal.err(`As of ${pointText(head)}.`)
  }
  tellOfMore(terminal, listed)
}

export const addAggregate = (ledger: MicroCommand, shell: Shell): void => {
  const aggregate = ledger
    .command('aggregate')
    .examples(
      'micro ledger aggregate --by prefix --type liability',
      'micro ledger aggregate --by metadata --key region --effective 2026-01-31',
    )
    .summary('Sum balances by type, currency, beginning of the id or metadata')
    .description(
      'Sum the balances of accounts, now or at any point of the past: by type, currency, beginning of the account id or metadata, always by currency too. BALANCE has each account on its normal side.',
    )
    .addOption(new Option('--by <group>', 'what makes a group').choices(groupings).default('type'))
    .option('--segments <n>', 'of --by prefix: how many parts of the id, which end at : . or _', readCount)
    .option('--key <name>', 'of --by metadata: which of it')
    .addOption(typeOption('only accounts of this type'))
    .option('--currency <code>', 'only those in this currency or asset')
    .addOption(new Option('--status <status>', 'only those with this status').choices(accountStatuses))
    .option('--id-prefix <text>', 'only those whose id begins so')
    .addOption(metadataOption('only those with this metadata'))
  withListFlags(withPointFlags(aggregate)).action((flags: Flags, command: MicroCommand) =>
    run(contextOf(shell, command), flags),
  )
}
