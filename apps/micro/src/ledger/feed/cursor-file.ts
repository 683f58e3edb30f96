import { readFile } from 'node:fs/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import { Failure } from '../../shell/failure.ts'
import { fileReason, isMissing } from '../../shell/file-reason.ts'
import { replaceFile } from '../../shell/replace-file.ts'

/** Lines that came within this time before an end that nobody foresaw may come again. */
const keepMs = 1_000

/** Where a reader stopped the last time; undefined before the first. @throws Failure */
export const readCursorFile = async (path: string): Promise<string | undefined> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    const reason = fileReason(error)
    throw reason === undefined ? error : new Failure(`${path} cannot be read: ${reason}.`, { cause: error })
  })
  const cursor = text.trim()
  if (cursor === '') return undefined
  if (!/^\S{1,64}$/.test(cursor)) throw new Failure(`${path} holds no cursor of the feed. Remove it to begin anew.`)
  return cursor
}

const write = (path: string, cursor: string): Promise<void> =>
  replaceFile(path, `${cursor}\n`).catch((error: unknown) => {
    const reason = isMissing(error) ? 'there is no such folder' : fileReason(error)
    throw reason === undefined ? error : new Failure(`${path} cannot be written: ${reason}.`, { cause: error })
  })

export interface CursorKeeper {
  /** What is printed up to here, is. Written now and then, or at once. @throws Failure */
  keep(cursor: string, atOnce?: boolean): Promise<void>
  /** Writes what is not yet. @throws Failure */
  flush(): Promise<void>
}

/** Keeps the cursor of what was printed in a file, which is never ahead of it: what was cut off comes again. */
export const createCursorKeeper = (path: string, nowMs: () => number = monotonicMs): CursorKeeper => {
  let written: string | undefined
  let newest: string | undefined
  let writtenMs = Number.NEGATIVE_INFINITY
  const flush = async (): Promise<void> => {
    if (newest === undefined || newest === written) return
    // A pipe that nobody reads any more tells so a turn later, and that ends the program.
    await turn()
    await write(path, newest)
    written = newest
    writtenMs = nowMs()
  }
  return {
    async keep(cursor, atOnce = false) {
      newest = cursor
      if (atOnce || nowMs() - writtenMs >= keepMs) await flush()
    },
    flush,
  }
}
