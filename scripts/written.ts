import { readFile, writeFile } from 'node:fs/promises'

/** Writes a generated document, or with --check only says whether it is up to date. */
export const written = async (path: string, text: string): Promise<void> => {
  const target = new URL(`../${path}`, import.meta.url)
  if (!process.argv.includes('--check')) return writeFile(target, text)
  const current = await readFile(target, 'utf8').catch(() => '')
  if (current === text) return
  console.error(`${path} does not match what it is made of. Write it anew with: make openapi`)
  process.exitCode = 1
}
