/** The site's own files, under names that change with what is in them, so that they may be kept for ever. */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Assets } from './layout.ts'

const folder = new URL('../assets/', import.meta.url)

/** Writes them beneath the built site, and tells their names there. */
export const writeAssets = async (site: URL): Promise<Assets> => {
  await mkdir(new URL('assets/', site), { recursive: true })
  const write = async (name: string): Promise<string> => {
    const content = await readFile(new URL(name, folder))
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10)
    const extension = extname(name)
    const address = `assets/${name.slice(0, -extension.length)}.${hash}${extension}`
    await writeFile(new URL(address, site), content)
    return address
  }
  const [style, script, search, icon] = await Promise.all([
    write('style.css'),
    write('page.js'),
    write('search.js'),
    write('icon.svg'),
  ])
  return { style, script, search, icon }
}
