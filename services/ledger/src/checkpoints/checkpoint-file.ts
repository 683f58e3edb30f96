import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file outside the database that is only ever added to. */
export interface CheckpointFile {
  /** Resolves when the line is on the disk. @throws when it cannot be written */
  append(line: string): Promise<void>
}

const newline = 0x0a

/** Whether the file ends in the middle of a line, which a crash may leave. */
const endsTorn = async (file: FileHandle): Promise<boolean> => {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== newline
}

const syncFolderOf = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Opened anew for each line, so that whoever moves the file away gets a new one, and nothing goes where nobody looks. */
const appendTo = async (path: string, line: string): Promise<void> => {
  const file = await open(path, 'a+', 0o600)
  try {
    const isNew = (await file.stat()).size === 0
    await file.appendFile(`${(await endsTorn(file)) ? '\n' : ''}${line}\n`)
    await file.sync()
    if (isNew) await syncFolderOf(path)
  } finally {
    await file.close()
  }
}

/** Lines come one after the other, each flushed to the disk. Without a path nothing is written. */
export const createCheckpointFile = (path: string | undefined): CheckpointFile => {
  let last: Promise<void> = Promise.resolve()
  return {
    append(line) {
      if (path === undefined) return Promise.resolve()
      last = last.catch(() => {}).then(() => appendTo(path, line))
      return last
    },
  }
}
