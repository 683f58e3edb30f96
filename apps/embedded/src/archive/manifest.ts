import { ArchiveError } from './archive-error.ts'

/** Raised whenever an older Micro could not read what this one writes. */
export const formatVersion = 1

/** What a backup says about itself, first of all: who can take it is known before anything is unpacked. */
export interface Manifest {
  readonly format: number
  readonly micro: string
  /** Major version: another one cannot read the files. */
  readonly postgres: string
  /** When the copying began, ISO 8601. Everything acknowledged before it is in the backup. */
  readonly created: string
  /** By service, the migrations its schema had. */
  readonly migrations: Readonly<Record<string, readonly string[]>>
}

/** What this program can take. */
export interface Taker {
  readonly postgres: string
  readonly migrations: Readonly<Record<string, readonly string[]>>
}

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')

const parse = (text: string): Partial<Manifest> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Partial<Manifest>) : undefined
  } catch {
    return undefined
  }
}

/** @throws ArchiveError for what is no manifest, or one of a later format */
export const readManifest = (text: string): Manifest => {
  const manifest = parse(text)
  if (typeof manifest?.format !== 'number') throw new ArchiveError('it is not a backup of Micro')
  if (manifest.format > formatVersion)
    throw new ArchiveError(`it was made by a newer Micro (${String(manifest.micro)}), which this one cannot read`)
  const { micro, postgres, created, migrations } = manifest
  const whole = [micro, postgres, created].every((each) => typeof each === 'string')
  if (!whole || typeof migrations !== 'object' || !Object.values(migrations).every(isNames))
    throw new ArchiveError('its manifest is not whole')
  return manifest as Manifest
}

/** @throws ArchiveError when this program could not run what the backup holds */
export const checkTaker = (manifest: Manifest, { postgres, migrations }: Taker): void => {
  if (manifest.postgres !== postgres)
    throw new ArchiveError(`it was written by PostgreSQL ${manifest.postgres}, and this Micro runs ${postgres}`)
  for (const [service, names] of Object.entries(manifest.migrations)) {
    const unknown = names.find((name) => !migrations[service]?.includes(name))
    if (unknown !== undefined)
      throw new ArchiveError(
        `it was made by a newer Micro (${manifest.micro}): this one does not know migration ${unknown} of ${service}`,
      )
  }
}
