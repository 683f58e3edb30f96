import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { readEnv, withValues } from './env-file.ts'
import { envPath, names, sealing } from './installation.ts'
import { lockedSecrets } from './lock.ts'
import { changedRing, entriesIn, type Noted, type RingKind } from './ring-steps.ts'
import { inside, readSecretFile, writeSecretFile } from './secret-file.ts'

export interface PlaceFlags {
  readonly dataDir: string
  readonly dir?: string
}

/** A ring where it is kept. */
export interface StoredRing {
  readonly path: string
  readonly entries: () => Promise<readonly Noted[]>
  readonly change: (how: Parameters<typeof changedRing>[2]) => Promise<readonly Noted[]>
}

/** Where the secrets of an installation lie: of `micro up` in its data directory, of separate services in a folder of their own. */
export interface Place {
  readonly directory: string
  /** The installation's services are processes of their own. */
  readonly separate: boolean
  /** As one types it: `--dir ./secrets`. */
  readonly flag: string
  readonly rings: (kind: RingKind) => readonly StoredRing[]
  /** Runs `work` unless another command is changing these secrets this moment. @throws Failure */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>
}

export const addPlaceOptions = (command: MicroCommand): MicroCommand =>
  command
    .option('--data-dir <path>', 'the data directory that "micro up" was given', '.micro')
    .addOption(
      new Option('--dir <path>', 'the folder that "micro secrets init" was given, for separate services').conflicts(
        'dataDir',
      ),
    )

// What is shown is copied into a shell, where a space would end the path.
const quoted = (path: string): string =>
  /^[\w@%+=:,./~-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`

const notThere = (path: string, { separate }: { separate: boolean }): Failure =>
  new Failure(
    separate
      ? `There are no secrets at ${path}. Make them with: micro secrets init, or name another folder with --dir.`
      : `There are no secrets at ${path}. "micro up" makes them; name another data directory with --data-dir, or the folder of separate services with --dir.`,
  )

const storedRing = (
  kind: RingKind,
  { path, separate, variable }: { path: string; separate: boolean; variable: string },
): StoredRing => {
  const readFile = async (): Promise<string> => {
    const file = await readSecretFile(path)
    if (file === undefined) throw notThere(path, { separate })
    return file
  }
  const textIn = (file: string): string => (separate ? (readEnv(file)[variable] ?? '') : file)
  const orFailure = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      throw new Failure(`The secrets in ${path} cannot be used: ${(error as Error).message}.`, { cause: error })
    }
  }
  return {
    path,
    async entries() {
      const file = await readFile()
      return orFailure(() => entriesIn(kind, textIn(file)))
    },
    async change(how) {
      const file = await readFile()
      const changed = orFailure(() => changedRing(kind, textIn(file), how))
      await writeSecretFile(path, separate ? withValues(file, { [variable]: changed }) : changed)
      return entriesIn(kind, changed)
    },
  }
}

/** Which processes are given a ring, under which name, and the file in which "micro up" keeps it. */
const keptIn: Readonly<
  Record<RingKind, { variable: string; services: readonly (typeof sealing)[number][]; file: string }>
> = {
  pepper: { variable: names.auth, services: ['auth'], file: 'auth.json' },
  jwt: { variable: names.auth, services: ['auth'], file: 'auth.json' },
  encryption: { variable: names.encryption, services: sealing, file: 'encryption.json' },
  checkpoint: { variable: names.checkpoint, services: ['ledger'], file: 'ledger.json' },
}

/** @throws Failure where there are no secrets, or this user may not touch them */
export const openPlace = async ({ dataDir, dir }: PlaceFlags): Promise<Place> => {
  const separate = dir !== undefined
  const directory = separate ? resolve(dir) : join(resolve(dataDir), 'secrets')
  await access(directory).catch(() => {
    throw notThere(directory, { separate })
  })
  const rings = (kind: RingKind): readonly StoredRing[] => {
    const { variable, services, file } = keptIn[kind]
    const paths = separate ? services.map(envPath) : [file]
    return paths.map((path) => storedRing(kind, { path: inside(directory, path), separate, variable }))
  }
  return {
    directory,
    separate,
    flag: separate ? `--dir ${quoted(dir)}` : `--data-dir ${quoted(dataDir)}`,
    rings,
    // Not waited for: whoever rotates twice at once wants one rotation.
    alone: (work) => lockedSecrets(directory, work, { waitMs: 0 }),
  }
}
