// A measured program and whoever measures it: a process of its own that does what it is told, and says what it used.
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Told, in order, one at a time. */
export type Commands = Readonly<Record<string, (input: never) => unknown>>

/** Microseconds by a clock that all processes of one machine share. */
export const machineUs = (): number => Number(process.hrtime.bigint() / 1_000n)

/** In the measured process: does what its parent asks; ends, after `stop`, when its parent is gone. */
export const obey = (commands: Commands, stop: () => unknown = () => {}): void => {
  process.on('message', ({ command, input }: { command: string; input: never }) => {
    void (async () => {
      try {
        process.send?.({ answer: await commands[command]?.(input) })
      } catch (error) {
        process.send?.({ failed: (error as Error).stack })
      }
    })()
  })
  // Ctrl-C reaches the whole group; the parent then stops everything in order.
  process.on('SIGINT', () => {})
  process.on('disconnect', () => void Promise.resolve(stop()).finally(() => process.exit(0)))
  process.send?.({ answer: null })
}

export interface Program {
  readonly pid: number
  ask<Answer = null>(command: string, input?: unknown): Promise<Answer>
  stop(): Promise<void>
}

type Message = { readonly answer?: unknown; readonly failed?: string }

/** Starts a program of this folder. */
export const startProgram = async (name: string): Promise<Program> => {
  const child = fork(new URL(`./${name}.ts`, import.meta.url), { serialization: 'advanced' })
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${String(code)}`)
  })
  gone.catch(() => {})
  const heard = async (): Promise<unknown> => {
    const [{ answer, failed }] = (await Promise.race([once(child, 'message'), gone])) as [Message]
    if (failed !== undefined) throw new Error(`${name}: ${failed}`)
    return answer
  }
  await heard()
  return {
    pid: child.pid ?? 0,
    ask<Answer>(command: string, input?: unknown) {
      const answer = heard()
      child.send({ command, input })
      return answer as Promise<Answer>
    },
    async stop() {
      if (child.connected) child.disconnect()
      await gone.catch(() => {})
    },
  }
}
