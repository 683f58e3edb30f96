import { readFile } from 'node:fs/promises'
import { Failure } from '../shell/failure.ts'
import { fileReason, isMissing } from '../shell/file-reason.ts'
import { replaceFile } from '../shell/replace-file.ts'

/** How far somebody has listened, and in whose order. */
export interface Position {
  readonly merchant: string
  readonly mode: string
  readonly seq: number
  /** The id of the event there, when it is known. */
  readonly event?: string
}

const unusable = (path: string, verb: string, error: unknown): unknown => {
  const reason = isMissing(error) ? 'there is no such folder' : fileReason(error)
  return reason === undefined ? error : new Failure(`${path} cannot be ${verb}: ${reason}.`, { cause: error })
}

const parse = (text: string): Position | undefined => {
  try {
    const { merchant, mode, seq, event } = JSON.parse(text) as Partial<Position>
    if (typeof merchant !== 'string' || typeof mode !== 'string' || !Number.isSafeInteger(seq)) return undefined
    return { merchant, mode, seq: Number(seq), ...(typeof event === 'string' ? { event } : {}) }
  } catch {
    return undefined
  }
}

/** Where listening stopped the last time; undefined before the first. @throws Failure */
export const readPositionFile = async (path: string): Promise<Position | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw unusable(path, 'read', error)
  })
  if (text.trim() === '') return undefined
  const position = parse(text)
  if (position === undefined) throw new Failure(`${path} holds no position of micro listen. Remove it to begin anew.`)
  return position
}

/**
 * Keeps a position in a file, the newest one given, written one at a time. It is never ahead of what was handled: what was
 * under way at an end that nobody foresaw comes again.
 */
export const createPositionKeeper = (path: string) => {
  let wanted: Position | undefined
  let writing: Promise<void> | undefined
  const write = async (): Promise<void> => {
    for (let next = wanted; next !== undefined; next = wanted) {
      wanted = undefined
      await replaceFile(path, `${JSON.stringify(next)}\n`).catch((error: unknown) => {
        throw unusable(path, 'written', error)
      })
    }
  }
  return {
    /** Rejects when it cannot be written. @throws Failure */
    keep(position: Position): Promise<void> {
      wanted = position
      writing ??= write().finally(() => {
        writing = undefined
      })
      return writing
    },
    /** Resolves when what was given is written. */
    flush: (): Promise<void> => writing ?? Promise.resolve(),
  }
}
