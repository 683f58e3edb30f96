import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

// What the manual says to leave out of a base backup (continuous archiving, "backing up the data directory"): these
// folders are needed empty, these files belong to the server that runs.
const emptyFolders =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)$|(^|\/)pgsql_tmp[^/]*$/
const leftOut =
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest|current_logfiles(\.tmp)?|postgresql\.auto\.conf\.tmp)$|^\.s\.PGSQL\.|(^|\/)pg_internal\.init[^/]*$|(^|\/)pgsql_tmp[^/]*$/
const temporaryRelation = /^t\d+_\d+(_(fsm|vm|init))?(\.\d+)?$/
const relationFile = /^(\d+)(_fsm|_vm)?(\.\d+)?$/

/** Of one folder's files, named as they are in it, those that a backup copies. */
export const backupFiles = (folder: string, names: readonly string[]): string[] => {
  // An unlogged relation is made anew from its init file; its data is worth nothing after a crash.
  const unlogged = new Set(names.flatMap((name) => /^(\d+)_init$/.exec(name)?.[1] ?? []))
  return names.filter((name) => {
    const path = folder === '' ? name : `${folder}/${name}`
    const relation = relationFile.exec(name)?.[1]
    return !(leftOut.test(path) || temporaryRelation.test(name) || (relation !== undefined && unlogged.has(relation)))
  })
}

export const isEmptied = (folder: string): boolean => emptyFolders.test(folder)

/** Part of a cluster; `path` is below it, with `/`. Bytes of a folder are 0. */
export type Found = { kind: 'folder' | 'file'; path: string; bytes: number }

const isGone = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Everything a backup copies, folders before what is in them. What vanishes meanwhile is not needed: the log has it. */
export async function* walkCluster(cluster: string, folder = ''): AsyncGenerator<Found> {
  const entries = await readdir(join(cluster, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error) && folder !== '') return []
    throw error
  })
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name)
  for (const name of backupFiles(folder, files).toSorted()) {
    const path = folder === '' ? name : `${folder}/${name}`
    const found = await stat(join(cluster, path)).catch((error: unknown) => {
      if (isGone(error)) return undefined
      throw error
    })
    if (found !== undefined) yield { kind: 'file', path, bytes: found.size }
  }
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const path = folder === '' ? name : `${folder}/${name}`
    yield { kind: 'folder', path, bytes: 0 }
    if (!isEmptied(path)) yield* walkCluster(cluster, path)
  }
}

/** Log segments from the first to the last, both included, in their order. */
export const segmentsBetween = (names: readonly string[], { first, last }: { first: string; last: string }): string[] =>
  names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last).toSorted()
