import { createHash } from 'node:crypto'
import {
  ExportAccount,
  ExportAsset,
  ExportEnd,
  ExportHeader,
  ExportPeriod,
  ExportTransaction,
  type ExportLine,
} from '@micro/contracts'
import { compileValidator } from '@micro/service'
import { ImportRefused } from './refused.ts'

/** A line of the file, by its number from 1. */
export interface Numbered<T> {
  readonly line: number
  readonly value: T
}

/** The largest transaction, a thousand entries with all the words there may be, takes less. */
const lineBytesMax = 4 * 1024 * 1024
const lineEnd = 0x0a

async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let heldBytes = 0
  let line = 1
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let end = rest.indexOf(lineEnd); end >= 0; end = rest.indexOf(lineEnd)) {
      yield Buffer.concat([...held, rest.subarray(0, end)])
      line++
      rest = rest.subarray(end + 1)
      held = []
      heldBytes = 0
    }
    if (rest.length === 0) continue
    held.push(rest)
    heldBytes += rest.length
    if (heldBytes > lineBytesMax) throw new ImportRefused(line, `it is longer than ${lineBytesMax} bytes`)
  }
  if (heldBytes > 0) throw new ImportRefused(line, 'the file breaks off in the middle of it')
}

const validators = {
  'ledger.export': compileValidator(ExportHeader),
  'ledger.export.asset': compileValidator(ExportAsset),
  'ledger.export.account': compileValidator(ExportAccount),
  'ledger.export.transaction': compileValidator(ExportTransaction),
  'ledger.export.period': compileValidator(ExportPeriod),
  'ledger.export.end': compileValidator(ExportEnd),
} as const

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const readLine = (line: number, bytes: Buffer): ExportLine => {
  try {
    const value = JSON.parse(utf8.decode(bytes)) as ExportLine | null
    const validate = validators[value?.object as keyof typeof validators] as
      | (typeof validators)['ledger.export']
      | undefined
    if (value === null || validate === undefined) throw new Error('it is no line of an export')
    validate(value, false)
    return value
  } catch (cause) {
    throw new ImportRefused(line, (cause as Error).message, { cause })
  }
}

/** Where each kind of line stands: never after one of a later kind. */
const order: Readonly<Record<ExportLine['object'], number>> = {
  'ledger.export': 0,
  'ledger.export.asset': 1,
  'ledger.export.account': 2,
  'ledger.export.transaction': 3,
  'ledger.export.period': 3,
  'ledger.export.end': 4,
}

/**
 * The lines of an export, each of its form, in their order, one header and one end, and the end's digest that of all
 * before it. @throws ImportRefused at the first that does not fit, or where the file is not whole
 */
export async function* readExport(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Numbered<ExportLine>> {
  const digest = createHash('sha256')
  let reached = -1
  let line = 0
  for await (const bytes of splitLines(chunks)) {
    line++
    const value = readLine(line, bytes)
    const place = order[value.object]
    if (reached === 4) throw new ImportRefused(line, 'something follows the end of the export')
    if ((line === 1) !== (place === 0) || place < reached)
      throw new ImportRefused(line, `${value.object} does not stand in its place`)
    reached = place
    if (value.object === 'ledger.export.end') {
      if (digest.digest('hex') !== value.sha256)
        throw new ImportRefused(line, 'the file was changed: it does not have the digest its end tells')
    } else digest.update(bytes).update('\n')
    yield { line, value }
  }
  if (reached !== 4) throw new ImportRefused(line + 1, 'the file breaks off before the end of the export')
}
