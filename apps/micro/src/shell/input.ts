import { createReadStream } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
import { Failure } from './failure.ts'
import { fileReason, isMissing } from './file-reason.ts'
import type { Context } from './shell.ts'

const readFailure = (path: string, error: unknown): unknown => {
  const reason = isMissing(error) ? 'there is no such file' : fileReason(error)
  return reason === undefined ? error : new Failure(`${path} cannot be read: ${reason}.`, { cause: error })
}

/** What an input is called for people. */
export const inputName = (path: string): string => (path === '-' ? 'Standard input' : path)

/** A file's bytes as they come; of `-` those of standard input. @throws Failure when it cannot be read */
export async function* bytesOf(
  path: string,
  { stdin }: Pick<Context, 'stdin'>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stream: Readable = path === '-' ? stdin : createReadStream(path)
  if (signal !== undefined) addAbortSignal(signal, stream)
  try {
    yield* stream as AsyncIterable<Uint8Array>
  } catch (error) {
    throw readFailure(path, error)
  }
}

/** A small file whole. @throws Failure when it cannot be read, or has more than `bytesMax` */
export const textOf = async (path: string, context: Pick<Context, 'stdin'>, bytesMax: number): Promise<string> => {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of bytesOf(path, context)) {
    bytes += piece.length
    if (bytes > bytesMax) throw new Failure(`${inputName(path)} is too large: more than ${bytesMax} bytes.`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
