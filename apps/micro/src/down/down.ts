import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { createProgress } from '../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { dataDirFlag } from '../running/gateway.ts'
import { findHolder, isHolding, type Holder } from '../running/holder.ts'
import { makeSure } from './sure.ts'

interface Flags {
  readonly dataDir: string
  readonly now?: boolean
}

/** Draining, workers, PostgreSQL: the platform itself gives up after less. */
const endMsMax = 90_000
const pollMs = 50
const againMs = 1_100

/** @throws Failure when this user may not */
const signal = ({ pid }: Holder): void => {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM') throw new Failure(`Process ${pid} belongs to another user.`, { cause: error })
    if (code !== 'ESRCH') throw error
  }
}

/** @throws Failure when it still runs after a while */
const untilEnded = async (context: Context, holder: Holder): Promise<void> => {
  const progress = createProgress(context.stderr)
  const started = monotonicMs()
  try {
    while (isHolding(holder)) {
      const elapsedMs = monotonicMs() - started
      if (elapsedMs > endMsMax)
        throw new Failure(`Process ${holder.pid} is still at work. To end it at once: micro down --now`)
      progress.tell(`Stopping… ${Math.floor(elapsedMs / 1000)} s`)
      await delay(pollMs)
    }
  } finally {
    progress.clear()
  }
}

const stop = async (context: Context, { dataDir, now }: Flags): Promise<Holder | undefined> => {
  const holder = await findHolder(dataDir)
  if (holder === undefined) return undefined
  await makeSure(context, dataDir, holder)
  signal(holder)
  if (now === true) {
    // Earlier it would be taken for the same one, sent on by whoever started it.
    await delay(againMs)
    if (isHolding(holder)) signal(holder)
  }
  await untilEnded(context, holder)
  return holder
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, json } = context
  const stopped = await stop(context, flags)
  if (json) printJson(terminal, { stopped: stopped !== undefined, pid: stopped?.pid ?? null })
  else if (stopped !== undefined) terminal.out(`Stopped. The data stays in ${flags.dataDir}.`)
  else terminal.out(`No Micro is running on the data directory ${flags.dataDir}.`)
}

export const addDown = (program: MicroCommand, shell: Shell): void => {
  program
    .command('down')
    .examples('micro down', 'micro down --data-dir ~/micro-data', 'micro down --now')
    .summary('Stop what "micro up" started')
    .description(
      'Stop what "micro up" started on a data directory, wherever that was typed, and wait until it has ended. Requests under way are finished first; data stays. What runs in containers is stopped by: docker compose down.',
    )
    .helpGroup('Core commands:')
    .option(...dataDirFlag)
    .option('--now', 'do not wait for requests under way; what was acknowledged is safe all the same')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
