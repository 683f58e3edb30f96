import { EmbeddedPostgresError } from '@micro/postgres'
import { ConfigError } from './config.ts'

/** Why a tool did not do what it was asked for, in one sentence that also says what to do. */
export class ToolError extends Error {
  override name = 'ToolError'
}

const messageFor = (error: unknown): string => {
  if (error instanceof ToolError || error instanceof ConfigError) return error.message
  if (error instanceof EmbeddedPostgresError)
    return `${error.message[0]?.toUpperCase() ?? ''}${error.message.slice(1)}.`
  // What the system refuses (a full disk, a folder of another user) says so itself.
  if (error instanceof Error && 'syscall' in error) return `${error.message}.`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Aborted by the first signal to end, or when the command that spawned us is gone (its end of the channel closes). */
const untilAsked = (): AbortSignal => {
  const asked = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const)
    process.on(signal, () => asked.abort(new ToolError('Stopped.')))
  return asked.signal
}

/** Runs a program that does one thing and ends. Resolves after it; the exit code is 0, 1 for a failure, 2 for misuse. */
export const runTool = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const signal = untilAsked()
  process.stdout.on('error', () => {})
  try {
    await work(signal)
  } catch (error) {
    process.stderr.write(`${messageFor(signal.aborted ? signal.reason : error)}\n`)
    process.exitCode = error instanceof ConfigError ? 2 : 1
  }
  // The channel to the parent would keep this process alive.
  if (process.connected) process.disconnect()
}
