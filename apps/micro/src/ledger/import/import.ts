import { setTimeout as pauseMs } from 'node:timers/promises'
import { ApiError, ConnectionError } from '@micro/client'
import type { BulkResult } from '@micro/contracts'
import type { MicroCommand } from '../../shell/command.ts'
import { Failure, usageFailure } from '../../shell/failure.ts'
import { createProgress } from '../../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { bytesOf } from '../input.ts'
import { countOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { bulksOf } from './bulks.ts'
import { itemsOf, type Item } from './lines.ts'
import { sendBulk, type Sender } from './send.ts'

const bounds = { itemsMax: 8_000, bytesMax: 4 * 1024 * 1024 }

/** A bulk may take its time where the machine is small. */
const answerMsMax = 120_000

interface NotRecorded {
  readonly line: number
  readonly reference_id: string | undefined
  readonly status: BulkResult['status']
  readonly code: string | undefined
  readonly message: string
}

interface Tally {
  recorded: number
  exists: number
  /** The last line whose transaction has its result. */
  line: number
  readonly refused: NotRecorded[]
}

const isExport = ({ value }: Item): boolean => (value as { object?: unknown } | null)?.object === 'ledger.export'

const exportFailure = (file: string): Failure =>
  usageFailure(
    [
      `${file} is an export of a whole ledger, which is not recorded anew: it becomes the ledger of a merchant who has none.`,
      'Whoever runs the installation does that, in its database (docs/guides/ledger-data.md):',
      `  MIGRATE_DSN=… node services/ledger/src/import/main.ts ${file} --merchant acct_… --mode test`,
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

const referenceOf = ({ value }: Item): string | undefined => {
  const { reference_id: id } = (value ?? {}) as { reference_id?: unknown }
  return typeof id === 'string' ? id : undefined
}

/** What is wrong, without the place in the request: the line says where, and of the file. */
const withoutPlace = (message: string): string =>
  message.replace(/^transactions\[\d+\](?:: |(?:\[(\w+)\])?)/, (_, param?: string) => param ?? '')

const refusalOf = (items: readonly Item[], item: Item, { status, error, because_of }: BulkResult): NotRecorded => ({
  line: item.line,
  reference_id: referenceOf(item),
  status,
  code: error?.code,
  message:
    error === undefined
      ? `line ${items[because_of ?? -1]?.line ?? '?'} of its group was refused`
      : withoutPlace(error.message),
})

const count = (tally: Tally, items: readonly Item[], results: readonly BulkResult[]): NotRecorded[] => {
  const refused: NotRecorded[] = []
  for (const result of results) {
    const item = items[result.index]
    if (result.status === 'recorded' || result.status === 'exists') tally[result.status]++
    else if (item !== undefined) refused.push(refusalOf(items, item, result))
  }
  tally.line = items.at(-1)?.line ?? tally.line
  tally.refused.push(...refused)
  return refused
}

const refusedText = ({ line, reference_id, code, message }: NotRecorded): string => {
  const which = reference_id === undefined ? '' : ` ${printable(reference_id)}`
  return `Line ${line}${which}: ${code === undefined ? '' : `${code}: `}${printable(message)}`
}

/** Why the whole came to a halt, and how to go on from there. */
const halted = (error: unknown, { line }: Tally): unknown => {
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

const importAll = async (context: Context, file: string, atomic: boolean): Promise<Tally> => {
  const { client } = await openLedger(context, answerMsMax)
  const tally: Tally = { recorded: 0, exists: 0, line: 0, refused: [] }
  const progress = createProgress(context.stderr)
  const wait = (ms: number): Promise<void> => {
    progress.tell(
      `Importing… line ${countOf(tally.line)}, waiting ${Math.ceil(ms / 1_000)} s until the server takes more`,
    )
    return pauseMs(ms)
  }
  const sender = { client, pauseMs: wait }
  let waiting: Item[] | undefined
  try {
    for await (const items of bulksOf(checked(file, itemsOf(bytesOf(file, context))), bounds)) {
      if (atomic) {
        if (waiting !== undefined)
          throw usageFailure('With --atomic all of the file goes in one request: up to 8,000 lines and 4 MiB.')
        waiting = items
        continue
      }
      for (const refused of count(tally, items, await sendBulk(sender, items, false))) {
        if (context.json) continue
        progress.clear()
        context.terminal.out(refusedText(refused))
      }
      progress.tell(`Importing… line ${countOf(tally.line)}, ${countOf(tally.recorded)} recorded`)
    }
    if (waiting !== undefined) count(tally, waiting, await sendTogether(sender, waiting))
    return tally
  } catch (error) {
    throw halted(error, tally)
  } finally {
    progress.clear()
  }
}

const run = async (context: Context, file: string, atomic: boolean): Promise<void> => {
  const { terminal } = context
  const { recorded, exists, refused } = await importAll(context, file, atomic)
  if (context.json) printJson(terminal, { recorded, exists, refused })
  else
    terminal.out(
      `${countOf(recorded)} recorded, ${countOf(exists)} recorded before, ${countOf(refused.length)} refused.`,
    )
  if (refused.length > 0)
    throw new Failure(
      `${countOf(refused.length)} of ${countOf(recorded + exists + refused.length)} transactions were not recorded.`,
    )
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
