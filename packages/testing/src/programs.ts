import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Debian's package for each program that tests start and that npm does not bring. */
const packages = {
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  psql: 'postgresql-client',
  pg_isready: 'postgresql-client',
  'docker-compose': 'docker-compose',
  chromium: 'chromium',
} as const
export type Program = keyof typeof packages

/**
 * Whether programs can be started: `describe.skipIf(!available('what needs Redis', ['redis-server']))`. Says which is
 * missing; under `CI=true`, where nothing may be left out, it throws instead.
 */
export const available = (what: string, programs: readonly Program[]): boolean => {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const missing = programs.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))))
  if (missing.length === 0) return true
  const needed = [...new Set(missing.map((program) => packages[program]))].join(' ')
  const reason = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not in PATH (Debian: apt-get install ${needed})`
  if (process.env['CI'] === 'true') throw new Error(reason)
  process.stdout.write(`Left out ${what}: ${reason}\n`)
  return false
}
