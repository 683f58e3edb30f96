// A measured program and whoever measures it: where it listens, and what CPU time it has used.
import { fork } from 'node:child_process'
import { once } from 'node:events'

/** In the measured process: tells its port, then its CPU time (µs) whenever asked; ends when its parent is gone. */
export const tell = (port: number): void => {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.(port)
}

export interface Program {
  readonly port: number
  /** CPU time used so far, in µs. */
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

/** Starts a program of this folder as a process of its own; `input` reaches it as JSON in its first argument. */
export const startProgram = async (name: string, input: object = {}): Promise<Program> => {
  const child = fork(new URL(`./${name}.ts`, import.meta.url), [JSON.stringify(input)])
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${String(code)}`)
  })
  gone.catch(() => {})
  const heard = async (): Promise<number> =>
    Number(((await Promise.race([once(child, 'message'), gone])) as [unknown])[0])
  return {
    port: await heard(),
    cpuUs() {
      const answer = heard()
      child.send('cpu')
      return answer
    },
    async stop() {
      if (child.connected) child.disconnect()
      await gone.catch(() => {})
    },
  }
}

export const input = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T
