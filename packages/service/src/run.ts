import { monotonicMs } from '@micro/kernel'
import { MigrationError } from '@micro/postgres'
import { ListenError } from './listen.ts'
import type { Logger } from './log.ts'
import { closePrototype } from './prototype.ts'
import { ConfigurationError } from './settings.ts'
import { endWithin, untilAsked } from './signals.ts'
import { createUndo, type Undo } from './undo.ts'

const sentenceFor = (name: string, error: unknown): string => {
  const told = error instanceof ConfigurationError || error instanceof ListenError || error instanceof MigrationError
  if (told) return `${name} cannot start: ${error.message}`
  return `${name} could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

/** How much longer than requests may take an orderly end may take in all, before it is cut short. */
const endMsMax = 15_000

/**
 * Runs one process from start to the first SIGTERM or SIGINT. What was started before a failure is stopped again; the
 * exit code is 0 after an orderly end, 2 for wrong settings, 128 and the signal's number when asked a second time, 1 for
 * everything else.
 */
export const runProcess = async (
  name: string,
  start: (undo: Undo) => Promise<{ log: Logger; host: string; port: number; drainMs: number }>,
): Promise<void> => {
  closePrototype()
  // Heard from the first moment on: a start cut short still stops what it started.
  const asked = untilAsked(['SIGINT', 'SIGTERM'])
  const undo = createUndo()
  const startedMs = monotonicMs()
  try {
    const { log, host, port, drainMs } = await start(undo)
    log.info({ host, port, pid: process.pid, ms: Math.round(monotonicMs() - startedMs) }, 'service.started')
    const signal = await asked
    const stoppingMs = monotonicMs()
    endWithin(drainMs + endMsMax, () => log.error('service.stop_overdue'))
    await undo.all()
    log.info({ signal, ms: Math.round(monotonicMs() - stoppingMs) }, 'service.stopped')
  } catch (error) {
    process.stderr.write(`${sentenceFor(name, error)}\n`)
    process.exitCode = error instanceof ConfigurationError ? 2 : 1
    await undo.all().catch(() => {})
  }
}
