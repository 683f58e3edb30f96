/**
 * Style as a test: the rules of docs/adr and CONTRIBUTING.md that no linter knows. Prints what breaks them, where, and
 * how to mend it; there are no exceptions to list.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { printed, type Complaint } from './tidy/complaint.ts'
import { importComplaints } from './tidy/imports.ts'
import { workspacesOf } from './tidy/rooms.ts'
import { readSource, type Source } from './tidy/source.ts'
import { wordComplaints } from './tidy/words.ts'

const isTypeScript = (path: string): boolean => /\.(ts|tsx)$/.test(path) && !path.endsWith('.d.ts')

/** Everything untidy in a tree given as path → text, in the order of files and lines. Pure. */
export const tidy = (files: ReadonlyMap<string, string>): Complaint[] => {
  const read = [...files].filter(([path]) => isTypeScript(path))
  const sources = new Map<string, Source>(read.map(([path, text]) => [path, readSource(path, text)]))
  const words = [...files].flatMap(([path, text]) => wordComplaints(path, text, sources.get(path)))
  const complaints = [...importComplaints({ sources, workspaces: workspacesOf(files) }), ...words]
  return complaints.sort((a, b) => a.file.localeCompare(b.file, 'en') || a.line - b.line)
}

/** The tracked files and those about to be, as path → text. */
const readTree = (root: string): Map<string, string> => {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const paths = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\0')
  const readable = paths.filter(
    (path) => /\.(ts|tsx|sql|md|sh)$|(^|\/)package\.json$/.test(path) && existsSync(root + path),
  )
  return new Map(readable.map((path) => [path, readFileSync(root + path, 'utf8')]))
}

if (import.meta.main) {
  const files = readTree(fileURLToPath(new URL('..', import.meta.url)))
  const complaints = tidy(files)
  for (const complaint of complaints) console.error(printed(complaint))
  if (complaints.length > 0) process.exitCode = 1
  console.log(complaints.length === 0 ? `Tidy: ${files.size} files.` : `\n${complaints.length} untidy places.`)
}
