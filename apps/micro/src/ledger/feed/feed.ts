import { createStreams, httpTransport } from '@micro/client'
import { ledgerApi } from '@micro/contracts'
import { createColumns } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../../shell/shell.ts'
import { untilSignalOr } from '../../shell/signals.ts'
import { printable } from '../../shell/terminal.ts'
import { createScales } from '../money.ts'
import { openLedger, type Ledger } from '../open.ts'
import { currenciesOf, rowOf, transactionColumns } from '../transactions/rows.ts'
import { createCursorKeeper, readCursorFile } from './cursor-file.ts'
import { feedTimings, followFeed, type FeedLine } from './follow.ts'

interface Flags {
  readonly after?: string
  readonly follow?: boolean
  readonly cursorFile?: string
}

const beginning = '0'

type Print = (line: Extract<FeedLine, { object: 'ledger.feed.transaction' }>) => Promise<void>

/** A line for each transaction: as the API has it, or for people. */
const printerOf = ({ terminal, json }: Context, { client }: Ledger): Print => {
  if (json) return (line) => Promise.resolve(terminal.out(JSON.stringify(line)))
  const scales = createScales(client)
  const columns = createColumns(terminal, transactionColumns)
  return async ({ transaction }) => {
    await scales.learn(currenciesOf(transaction))
    columns.print([rowOf(transaction, scales)])
  }
}

const read = async (context: Context, { follow = false, ...from }: Flags & { after: string }, signal: AbortSignal) => {
  const { terminal } = context
  const ledger = await openLedger(context)
  const streams = createStreams(ledgerApi, httpTransport(ledger.transport))
  const print = printerOf(context, ledger)
  const keeper = from.cursorFile === undefined ? undefined : createCursorKeeper(from.cursorFile)
  let [cursor, count] = [from.after, 0]
  const lines = followFeed({
    open: ({ after, signal: leaving }) => streams.readLedgerFeed({ query: { after, follow }, signal: leaving }),
    after: from.after,
    follow,
    signal,
    timings: feedTimings,
    onLost: (reason) => terminal.err(`Connection lost, reconnecting… (${printable(reason)})`),
    onBack: () => terminal.err('Reconnected.'),
  })
  try {
    for await (const line of lines) {
      const isNews = line.object === 'ledger.feed.transaction'
      if (isNews) {
        await print(line)
        count++
      }
      cursor = line.cursor
      await keeper?.keep(cursor, !isNews)
    }
  } finally {
    await keeper?.flush()
  }
  return { cursor, count }
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal } = context
  if (flags.after !== undefined && flags.cursorFile !== undefined)
    throw usageFailure('Give --after or --cursor-file, not both.')
  const kept = flags.cursorFile === undefined ? flags.after : await readCursorFile(flags.cursorFile)
  const { cursor, count } = await untilSignalOr((signal) =>
    read(context, { ...flags, after: kept ?? beginning }, signal),
  )
  if (count === 0) terminal.err('There was nothing new.')
  if (flags.cursorFile === undefined && cursor !== beginning) terminal.err(`Go on behind it with: --after ${cursor}`)
}

export const addFeed = (ledger: MicroCommand, shell: Shell): void => {
  ledger
    .command('feed')
    .examples(
      'micro ledger feed --follow',
      'micro ledger feed --follow --json --cursor-file feed.cursor',
      'micro ledger feed --after 1200-9f86d081884c7d65',
    )
    .summary('Print every transaction once, in order, as they come')
    .description(
      'Print every transaction once, in the order of seq and without gaps, from the beginning or behind a cursor. With --json each is a line of NDJSON with its cursor. Where a connection breaks off it goes on behind the last one printed.',
    )
    .option('--follow', 'go on with those to come, until ^C')
    .option('--after <cursor>', 'go on behind this one; the beginning unless given')
    .option('--cursor-file <file>', 'go on behind the cursor in this file, and keep it there')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
