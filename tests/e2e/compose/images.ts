/** What the images of others bring, beside what compose.yaml says: environment, entry point, signal to end. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBinaries } from '../../../packages/postgres/src/embedded/binaries.ts'
import type { User } from './container.ts'

export interface BaseImage {
  readonly env: Readonly<Record<string, string>>
  /** Where the programs are on this machine. */
  readonly programs: Readonly<Record<string, string>>
  /** Words before the command. */
  readonly entrypoint: readonly string[]
  readonly stopSignal: NodeJS.Signals
  readonly workdir: string
  /** Folders of the image that belong to its user; a new volume mounted there belongs to that user too. */
  readonly owned: readonly string[]
  /** Where it listens, by the variable that says so. */
  readonly portVariable: 'PORT' | 'PGPORT'
}

export const postgresEntrypoint = fileURLToPath(new URL('postgres-entrypoint.sh', import.meta.url))

const system = '/usr/local/bin:/usr/bin:/bin'

/** The oldest version that is supported, where Debian has it; else the one that comes from npm. */
const debianPostgres = '/usr/lib/postgresql/15/bin'
const postgresPrograms = async (user: User | undefined): Promise<Record<string, string>> => {
  if (existsSync(`${debianPostgres}/postgres`)) return { PATH: `${debianPostgres}:${system}` }
  const { postgres, env } = await findBinaries(user)
  return { ...(env as Record<string, string>), PATH: `${postgres.replace(/\/postgres$/, '')}:${system}` }
}

/** The images compose.yaml may name; `programs` is a folder with Node, and with the entry point of PostgreSQL's. */
export const baseImages = async (
  programs: string,
  user: User | undefined,
): Promise<Readonly<Record<string, BaseImage>>> => ({
  micro: {
    env: { HOME: '/' },
    programs: { PATH: `${programs}:${system}` },
    entrypoint: [],
    stopSignal: 'SIGTERM',
    workdir: '/app',
    owned: ['/var/lib/micro'],
    portVariable: 'PORT',
  },
  'postgres:18-bookworm': {
    env: {
      HOME: '/var/lib/postgresql',
      PGDATA: '/var/lib/postgresql/18/docker',
      PGHOST: '/var/run/postgresql',
    },
    programs: await postgresPrograms(user),
    entrypoint: [`${programs}/${basename(postgresEntrypoint)}`],
    stopSignal: 'SIGINT',
    workdir: '/tmp',
    owned: ['/var/lib/postgresql'],
    portVariable: 'PGPORT',
  },
  'redis:7.2-bookworm': {
    env: { HOME: '/' },
    programs: { PATH: system },
    entrypoint: [],
    stopSignal: 'SIGTERM',
    workdir: '/data',
    owned: ['/data'],
    portVariable: 'PORT',
  },
})
