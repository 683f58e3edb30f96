import type pg from 'pg'

/**
 * Keeps every log segment from now on, until the session ends. Reserved at once and before the backup starts, or a
 * busy server could recycle the segments that the copy needs.
 */
export const reserveLog = async (client: pg.Client, slot: string) => {
  await client.query('select pg_create_physical_replication_slot($1, true, true)', [slot])
}

/** Begins with a checkpoint that does not wait: the backup is asked for now. */
export const startBackup = async (client: pg.Client, label: string) => {
  await client.query('select pg_backup_start($1, true)', [label])
}

export type StoppedBackup = {
  label: string
  tablespaces: string
  /** The last log segment that the copied files need. */
  lastSegment: string
}

/** Does not wait for an archive: the segments are copied right after it. */
export const stopBackup = async (client: pg.Client): Promise<StoppedBackup> => {
  const { rows } = await client.query<StoppedBackup>(
    `select labelfile as label, spcmapfile as tablespaces, pg_walfile_name(lsn) as "lastSegment"
     from pg_backup_stop(false)`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('pg_backup_stop gave no row')
  return row
}
