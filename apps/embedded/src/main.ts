import { readFileSync } from 'node:fs'
import { DirectoryInUseError, EmbeddedPostgresError, MigrationError } from '@micro/postgres'
import { closePrototype, ConfigurationError, endWithin, ListenError, untilAsked } from '@micro/service'
import { ConfigError, readConfig } from './config.ts'
import { run, type Running } from './run.ts'
import { StartError } from './start-error.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const sentenceFor = (error: unknown): string | undefined => {
  if (error instanceof DirectoryInUseError)
    return `Micro is already running on this data directory (process ${error.pid}). Stop it, or choose another with --data-dir.`
  if (error instanceof EmbeddedPostgresError)
    return `${error.message[0]?.toUpperCase() ?? ''}${error.message.slice(1)}.`
  if (
    error instanceof StartError ||
    error instanceof ConfigError ||
    error instanceof ConfigurationError ||
    error instanceof ListenError ||
    error instanceof MigrationError
  )
    return error.message
  return undefined
}

const fail = (error: unknown): void => {
  const sentence = sentenceFor(error)
  process.stderr.write(
    sentence === undefined
      ? `Micro could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`
      : `${sentence}\n`,
  )
  process.exitCode = error instanceof ConfigError || error instanceof ConfigurationError ? 2 : 1
}

/** Resolves when the command that spawned us is gone: its end of the channel closes. */
const untilDeserted = (): Promise<void> => new Promise((resolve) => process.once('disconnect', () => resolve()))

const main = async (): Promise<void> => {
  closePrototype()
  let running: Running | undefined
  // Heard from the first moment on: a start cut short still stops what it started.
  const asked = Promise.race([untilAsked(['SIGINT', 'SIGTERM', 'SIGHUP'], () => running?.abandon()), untilDeserted()])
  process.stdout.on('error', () => {})
  const config = readConfig(process.argv.slice(2))
  const people = config.json ? process.stderr : process.stdout
  running = await run(config, version)
  const reason = await Promise.race([asked.then(() => undefined), running.failed])
  if (reason === undefined) people.write('\nStopping …\n')
  else {
    process.stderr.write(`\n${reason}\n`)
    process.exitCode = 1
  }
  endWithin(running.endMsMax, running.abandon)
  await running.stop()
  people.write('Stopped.\n')
}

await main().catch(fail)
// The channel to the parent would keep this process alive.
if (process.connected) process.disconnect()
