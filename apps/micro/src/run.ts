import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import { CommanderError } from 'commander'
import { createProgram } from './program.ts'
import { Failure, newKeyHint } from './shell/failure.ts'
import type { Shell } from './shell/shell.ts'

const ok = 0
const failed = 1
const misused = 2

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

/** Runs one command line. Resolves with the exit code: 0 done, 1 it failed, 2 it was asked for in a wrong way. */
export const run = async (args: readonly string[], shell: Shell): Promise<number> => {
  try {
    await createProgram(shell).parseAsync([...args], { from: 'user' })
    return Number(process.exitCode ?? ok)
  } catch (error) {
    // Commander has said by itself what was wrong; help and version end this way too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ok : misused
    shell.stderr.write(`Error: ${messageOf(error)}\n`)
    return error instanceof Failure ? error.exitCode : failed
  }
}
