import { setTimeout as pauseMs } from 'node:timers/promises'
import { ApiError, ConnectionError } from '@micro/client'
import type { BulkResult } from '@micro/contracts'
import type { MicroCommand } from '../../shell/command.ts'
import { Failure, usageFailure } from '../../shell/failure.ts'
import { bytesOf } from '../../shell/input.ts'
import { createProgress } from '../../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { untilSignalOr } from '../../shell/signals.ts'
import { countOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { bulksOf } from './bulks.ts'
import { itemsOf, type Item } from './lines.ts'
import { sendBulk, type Sender } from './send.ts'
import { count, refusedText, withoutPlace, type NotRecorded, type Tally } from './tally.ts'

const bounds = { itemsMax: 8_000, bytesMax: 4 * 1024 * 1024 }

/** A bulk may take its time where the machine is small. */
const answerMsMax = 120_000

const isExport = ({ value }: Item): boolean => (value as { object?: unknown } | null)?.object === 'ledger.export'

const exportFailure = (file: string): Failure =>
  usageFailure(
    [
      `${file} is an export of a whole ledger, which is not recorded anew: it becomes the ledger of a merchant who has none.`,
      'Whoever runs the installation does that, where it runs (docs/guides/ledger-data.md):',
      `  micro import-ledger ${file} --merchant acct_… --mode test`,
    ].join('\n'),
  )

/** Passes the lines on, once the first has shown that these are transactions. @throws Failure */
async function* checked(file: string, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  let first = true
  for await (const item of items) {
    if (first && isExport(item)) throw exportFailure(file)
    first = false
    yield item
  }
}

/** Why the whole came to a halt, and how to go on from there. */
const halted = (error: unknown, { line }: Tally, { aborted }: AbortSignal): unknown => {
  if (aborted)
    return new Failure(
      `Interrupted${line === 0 ? '' : `; lines up to ${line} are settled`}. Run the same command again to go on, what is recorded is not recorded twice.`,
      { cause: error },
    )
  const isOurs = error instanceof Failure || error instanceof ApiError || error instanceof ConnectionError
  if (!isOurs || line === 0) return error
  const settled = `Lines up to ${line} are settled; run the same command again to go on, what is recorded is not recorded twice.`
  return new Failure(`${error.message}\n${settled}`, { cause: error })
}

/** `transactions[17]…`: which line that is. */
const lineOf = (items: readonly Item[], param: unknown): number | undefined => {
  const [, index] = /^transactions\[(\d+)\]/.exec(typeof param === 'string' ? param : '') ?? []
  return index === undefined ? undefined : items[Number(index)]?.line
}

/** @throws Failure naming the line on whose account none was recorded */
const sendTogether = async (sender: Sender, items: readonly Item[]): Promise<BulkResult[]> => {
  try {
    return await sendBulk(sender, items, true)
  } catch (error) {
    const line = error instanceof ApiError ? lineOf(items, error.body.error['param']) : undefined
    if (line === undefined || !(error instanceof ApiError)) throw error
    throw new Failure(`Nothing was recorded. Line ${line}: ${withoutPlace(error.message)}`, { cause: error })
  }
}

interface Asked {
  readonly file: string
  readonly atomic: boolean
  readonly onRefused: (refused: NotRecorded) => void
  /** Stops between two requests, so that what it tells is what is. */
  readonly signal: AbortSignal
}

/** Keeps counts alone: a file may have any number of lines. @throws Failure, ApiError, ConnectionError */
const importAll = async (context: Context, { file, atomic, onRefused, signal }: Asked): Promise<Tally> => {
  const { client } = await openLedger(context, answerMsMax)
  const tally: Tally = { recorded: 0, exists: 0, line: 0, refused: 0 }
  const progress = createProgress(context.stderr)
  const wait = (ms: number): Promise<void> => {
    progress.tell(
      `Importing… line ${countOf(tally.line)}, waiting ${Math.ceil(ms / 1_000)} s until the server takes more`,
    )
    return pauseMs(ms, undefined, { signal })
  }
  const sender = { client, pauseMs: wait }
  let waiting: Item[] | undefined
  try {
    for await (const items of bulksOf(checked(file, itemsOf(bytesOf(file, context, signal))), bounds)) {
      signal.throwIfAborted()
      if (atomic) {
        if (waiting !== undefined)
          throw usageFailure('With --atomic all of the file goes in one request: up to 8,000 lines and 4 MiB.')
        waiting = items
        continue
      }
      const refused = count(tally, items, await sendBulk(sender, items, false))
      if (refused.length > 0) progress.clear()
      for (const each of refused) onRefused(each)
      progress.tell(`Importing… line ${countOf(tally.line)}, ${countOf(tally.recorded)} recorded`)
    }
    signal.throwIfAborted()
    if (waiting !== undefined) count(tally, waiting, await sendTogether(sender, waiting))
    return tally
  } catch (error) {
    throw halted(error, tally, signal)
  } finally {
    progress.clear()
  }
}

const run = async (context: Context, file: string, atomic: boolean): Promise<void> => {
  const { terminal, json } = context
  const told: NotRecorded[] = []
  const onRefused = (each: NotRecorded): void => {
    if (json) told.push(each)
    else terminal.out(refusedText(each))
  }
  const { recorded, exists, refused } = await untilSignalOr((signal) =>
    importAll(context, { file, atomic, onRefused, signal }),
  )
  if (json) printJson(terminal, { recorded, exists, refused: told })
  else terminal.out(`${countOf(recorded)} recorded, ${countOf(exists)} recorded before, ${countOf(refused)} refused.`)
  if (refused > 0)
    throw new Failure(`${countOf(refused)} of ${countOf(recorded + exists + refused)} transactions were not recorded.`)
}

export const addImport = (ledger: MicroCommand, shell: Shell): void => {
  ledger
    .command('import')
    .argument('<file>', 'a file with one transaction a line as JSON; - for standard input')
    .examples('micro ledger import transactions.ndjson', 'gunzip -c old.ndjson.gz | micro ledger import -')
    .summary('Record many transactions from a file, one a line')
    .description(
      'Record the transactions of a file, one a line as the API takes them (NDJSON), in their order. What is refused is named by its line and the others are recorded. Run again after an interruption: what is recorded is known by its reference_id. Lines that name the same "group" follow each other and are recorded all or none.',
    )
    .option('--atomic', 'record all or none: up to 8,000 lines and 4 MiB')
    .action((file: string, flags: { atomic?: true }, command: MicroCommand) =>
      run(contextOf(shell, command), file, flags.atomic === true),
    )
}
