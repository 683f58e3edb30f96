import { streamBytes } from '@micro/client'
import { ledgerApi, type ExportEnd } from '@micro/contracts'
import { Option } from 'commander'
import type { MicroCommand } from '../../shell/command.ts'
import { Failure } from '../../shell/failure.ts'
import { createProgress } from '../../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { untilSignalOr } from '../../shell/signals.ts'
import { countOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { given, readCount } from '../options.ts'
import { createWholeCheck } from './whole.ts'
import { createWholeFile, type WholeFile } from './whole-file.ts'

interface Flags {
  readonly format: 'ndjson' | 'csv'
  readonly out?: string
  readonly fromSeq?: number
  readonly toSeq?: number
}

const accepts = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const

/** `512 bytes`, `12.3 MB`. */
const sizeText = (bytes: number): string => (bytes < 100_000 ? `${bytes} bytes` : `${(bytes / 1e6).toFixed(1)} MB`)

/** Standard output: what went out cannot be taken back, but the exit code tells. */
const standardOutput = ({ stdout }: Context): WholeFile => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  return {
    write: (bytes) => Promise.resolve(void stdout.write(decoder.decode(bytes, { stream: true }))),
    keep: () => Promise.resolve(),
    drop: () => Promise.resolve(),
  }
}

interface Copy {
  readonly bytes: number
  /** Of NDJSON; of CSV the connection's end is what says that it was whole. */
  readonly end: ExportEnd | undefined
}

const copy = async (
  context: Context,
  sink: WholeFile,
  { format, out, fromSeq, toSeq, signal }: Flags & { signal: AbortSignal },
): Promise<Copy> => {
  const { transport } = await openLedger(context)
  // What is written to standard output may be on its way to the same terminal.
  const progress = createProgress(out === undefined || out === '-' ? { write: () => {} } : context.stderr)
  const check = format === 'ndjson' ? createWholeCheck() : undefined
  const query = { format, ...given({ from_seq: fromSeq, to_seq: toSeq }) }
  let count = 0
  try {
    const input = { query, accept: accepts[format], signal }
    for await (const bytes of streamBytes(transport, ledgerApi.exportLedger, input)) {
      check?.take(bytes)
      await sink.write(bytes)
      count += bytes.length
      progress.tell(`Exporting… ${sizeText(count)}`)
    }
    return { bytes: count, end: check?.end() }
  } catch (error) {
    throw signal.aborted ? new Failure('Interrupted. Nothing of the export was kept.', { cause: error }) : error
  } finally {
    progress.clear()
  }
}

const tell = ({ terminal, json }: Context, out: string | undefined, { bytes, end }: Copy): void => {
  if (json && out !== undefined) printJson(terminal, { file: out, bytes, end: end ?? null })
  else {
    const what =
      end === undefined ? sizeText(bytes) : `${countOf(end.transactions)} transactions up to seq ${end.to_seq}`
    terminal.err(`Exported ${what}${out === undefined ? '' : ` to ${out}`}.`)
  }
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const out = flags.out === '-' ? undefined : flags.out
  const sink = out === undefined ? standardOutput(context) : await createWholeFile(out)
  try {
    const copied = await untilSignalOr((signal) => copy(context, sink, { ...flags, signal }))
    await sink.keep()
    tell(context, out, copied)
  } catch (error) {
    await sink.drop()
    throw error
  }
}

export const addExport = (ledger: MicroCommand, shell: Shell): void => {
  ledger
    .command('export')
    .examples(
      'micro ledger export --out ledger.ndjson',
      'micro ledger export --format csv --out ledger.csv',
      'micro ledger export | gzip > ledger.ndjson.gz',
    )
    .summary('Export the whole ledger, as NDJSON or CSV')
    .description(
      'Export the whole ledger as of one seq. NDJSON has all of it, with the hashes that prove it; CSV a line for each entry, for spreadsheets, with amounts in the smallest unit. A file takes its name only once it is whole.',
    )
    .addOption(new Option('--format <format>', 'how it is written').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--out <file>', 'where to write it; standard output unless given')
    .option('--from-seq <n>', 'the first transaction; 1 unless given', readCount)
    .option('--to-seq <n>', 'the last transaction; the newest unless given', readCount)
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
