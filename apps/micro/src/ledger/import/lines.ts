import { Failure } from '../../shell/failure.ts'
import { readExactJson } from '../exact-json.ts'

/** One transaction of the file. */
export interface Item {
  /** Where it stands, from 1. */
  readonly line: number
  readonly bytes: number
  readonly value: unknown
  readonly group: string | undefined
}

export const lineBytesMax = 4 * 1024 * 1024

const newline = 10

const endless = (line: number): Failure =>
  new Failure(`Line ${line} has more than ${lineBytesMax / 1024 / 1024} MiB; one line is one transaction.`)

/** A file's lines as bytes, the last one with or without an end. @throws Failure */
async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<{ line: number; bytes: Buffer }> {
  let held: Buffer[] = []
  let heldBytes = 0
  let line = 0
  for await (const chunk of chunks) {
    const all = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = all.indexOf(newline); end >= 0; end = all.indexOf(newline, start)) {
      const bytes = Buffer.concat([...held, all.subarray(start, end)])
      held = []
      heldBytes = 0
      start = end + 1
      line += 1
      if (bytes.length > lineBytesMax) throw endless(line)
      yield { line, bytes }
    }
    held.push(all.subarray(start))
    heldBytes += all.length - start
    if (heldBytes > lineBytesMax) throw endless(line + 1)
  }
  yield { line: line + 1, bytes: Buffer.concat(held) }
}

const groupOf = (value: unknown): string | undefined => {
  const { group } = (value ?? {}) as { group?: unknown }
  return typeof group === 'string' ? group : undefined
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** How to mend it. What is wrong from the first line on is mostly another kind of file. */
const remedyOf = (line: number, bytes: Buffer): string => {
  if (line > 1) return 'Mend it, then run the same command again.'
  if (isGzip(bytes)) return 'It is compressed: gunzip -c FILE | micro ledger import -'
  return 'An import takes NDJSON: each transaction is a JSON object on a line of its own.'
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** @throws Failure saying what is wrong, as a clause */
const readText = (bytes: Buffer): string => {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new Failure('it is not UTF-8 text', { cause })
  }
}

/** The transactions of an NDJSON file; empty lines are passed over. @throws Failure naming the line that is no JSON */
export async function* itemsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Item> {
  for await (const { line, bytes } of pieces(chunks)) {
    try {
      const text = readText(bytes)
      if (text.trim() === '') continue
      const value = readExactJson(text)
      yield { line, bytes: bytes.length, value, group: groupOf(value) }
    } catch (error) {
      throw error instanceof Failure
        ? new Failure(`Line ${line}: ${error.message}. ${remedyOf(line, bytes)}`, { cause: error })
        : error
    }
  }
}
