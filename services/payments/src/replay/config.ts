import { parseArgs } from 'node:util'
import { parseTimestamp } from '@micro/kernel'
import { ConfigurationError, readEnvironment, type Environment } from '@micro/service'

export interface ReplayConfig {
  /** Database login of the payments service. */
  readonly url: string
  readonly since: Date
}

const readSince = (args: readonly string[]): Date => {
  const { since } = parseArgs({ args: [...args], options: { since: { type: 'string' } } }).values
  const time = since === undefined ? undefined : parseTimestamp(since)
  if (time === undefined)
    throw new ConfigurationError(['--since must be the time from which on to tell again, as 2026-01-31T12:00:00Z'])
  return time
}

/** Reads `--since` and DB_DSN, as the service's own process does. @throws ConfigurationError */
export const readReplayConfig = (
  args: readonly string[] = process.argv.slice(2),
  env: Environment = process.env,
): ReplayConfig => {
  const settings = readEnvironment(env)
  const { url } = settings.database()
  const since = settings.including(() => readSince(args))
  return settings.done({ url, since })
}
