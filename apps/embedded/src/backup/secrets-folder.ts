import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every file of a folder of secrets, by its path below it. Half-written ones (`.new`) are nobody's yet. */
export const readSecrets = async (folder: string): Promise<Map<string, Buffer>> => {
  const found = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = found.filter((entry) => entry.isFile() && !entry.name.endsWith('.new'))
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  const contents = await Promise.all(paths.map((path) => readFile(path)))
  return new Map(
    contents.map((content, at) => [(paths[at] ?? '').slice(folder.length + 1).replaceAll('\\', '/'), content]),
  )
}
