import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { tokenPaths, type TokenChanges, type TokenFiles } from './tokens.ts'
import { flushFolder, inside, readSecretFile, writeSecretFile } from './secret-file.ts'

export const readTokenFiles = async (directory: string): Promise<TokenFiles> => {
  const files = new Map<string, string>()
  for (const path of tokenPaths()) {
    const text = await readSecretFile(inside(directory, path))
    if (text !== undefined) files.set(path, text)
  }
  return files
}

/** One after the other: a crash leaves some of them done, and the same command does the rest. */
export const writeTokenChanges = async (directory: string, changes: TokenChanges): Promise<void> => {
  for (const [path, text] of changes) {
    const file = inside(directory, path)
    if (text !== null) await writeSecretFile(file, text)
    else {
      await rm(file, { force: true })
      await flushFolder(dirname(file))
    }
  }
}
