import { systemClock } from '@micro/kernel'
import manifest from '../package.json' with { type: 'json' }
import { readEnvironment } from './config.ts'
import { run } from './run.ts'

// Whoever read our output went away (`micro listen | head`): there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await run(process.argv.slice(2), {
  environment: readEnvironment(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  clock: systemClock,
  version: manifest.version,
  programUrl: import.meta.url,
})
