import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import { CommanderError } from 'commander'
import { createProgram } from './program.ts'
import { exitCodeOf, exitCodes } from './shell/exit-codes.ts'
import { Failure, newKeyHint } from './shell/failure.ts'
import type { Shell } from './shell/shell.ts'

/** One sentence for whoever typed the command. What nobody foresaw is shown whole. */
const messageOf = (error: unknown): string => {
  if (error instanceof ApiError) {
    const hint = error.body.error.code === 'api_key_invalid' ? `\n${newKeyHint}` : ''
    return `${error.message}${error.requestId === undefined ? '' : ` (request ${error.requestId})`}${hint}`
  }
  if (error instanceof Failure || error instanceof ConnectionError || error instanceof StreamBrokenError)
    return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Runs one command line. Resolves with its exit code, one of `exit-codes.ts`. */
export const run = async (args: readonly string[], shell: Shell): Promise<number> => {
  try {
    await createProgram(shell).parseAsync([...args], { from: 'user' })
    return Number(process.exitCode ?? exitCodes.done)
  } catch (error) {
    // Commander has said by itself what was wrong; help and version end this way too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.misused
    shell.stderr.write(`Error: ${messageOf(error)}\n`)
    return exitCodeOf(error)
  }
}
