/** One process that stands for a container: started, asked whether it is well, started again when it dies, ended. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'

export interface Health {
  readonly words: readonly string[]
  readonly timeoutMs: number
  /** After so long without a good answer it counts as unhealthy. */
  readonly patienceMs: number
}

export interface User {
  readonly uid: number
  readonly gid: number
}

export interface ContainerSpec {
  /** `payments-2` */
  readonly name: string
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Undefined: whoever runs the tests. */
  readonly user: User | undefined
  readonly health: Health | undefined
  readonly restarts: boolean
  readonly stopSignal: NodeJS.Signals
  readonly stopMs: number
}

export interface Container {
  readonly name: string
  readonly pid: number | undefined
  readonly starts: number
  readonly log: string
  start(): void
  /** Resolves with the exit code of a process that is meant to end. */
  completed(): Promise<number | null>
  /** Resolves once the health check succeeds. @throws Error with the log */
  healthy(): Promise<void>
  /** Asks it to end, kills it when it takes too long. Resolves with what was wrong about its end, if anything. */
  stop(): Promise<string | undefined>
  /** kill -9 of the whole process group, without waiting. */
  killNow(): void
}

const healthEveryMs = 250
/** As Docker does: twice as long after each start that failed soon. */
const restartMs = { first: 100, hopeless: 5_000, max: 60_000, forgottenAfter: 10_000 }

export const createContainer = (spec: ContainerSpec): Container => {
  const { name, words, env, cwd, user, health } = spec
  const [program = '', ...args] = words
  const options: SpawnOptions = { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...user }
  let child: ChildProcess | undefined
  let exited: Promise<number | null> | undefined
  let log = ''
  let starts = 0
  let stopping = false
  let delayMs = restartMs.first

  const start = (): void => {
    if (stopping) return
    starts++
    const startedMs = monotonicMs()
    const started = spawn(program, args, options)
    child = started
    for (const stream of [started.stdout, started.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (log += text))
    exited = new Promise((resolve) => {
      started.once('error', (error) => {
        log += `${error.message}\n`
        resolve(null)
      })
      started.once('close', (code) => resolve(code))
    })
    void exited.then(async () => {
      if (stopping || !spec.restarts) return
      if (monotonicMs() - startedMs > restartMs.forgottenAfter) delayMs = restartMs.first
      await pause(delayMs, undefined, { ref: false })
      delayMs = Math.min(delayMs * 2, restartMs.max)
      start()
    })
  }

  const isWell = async ({ words: [check = '', ...rest], timeoutMs }: Health): Promise<boolean> => {
    const asked = spawn(check, rest, { ...options, stdio: 'ignore', timeout: timeoutMs, killSignal: 'SIGKILL' })
    const [code] = (await once(asked, 'close')) as [number | null]
    return code === 0
  }

  const killNow = (): void => {
    stopping = true
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }

  return {
    name,
    get pid() {
      return child?.pid
    },
    get starts() {
      return starts
    },
    get log() {
      return log
    },
    start,
    completed: async () => (await exited) ?? null,
    async healthy() {
      if (health === undefined) throw new Error(`${name} has no health check`)
      const deadline = monotonicMs() + health.patienceMs
      while (!(await isWell(health))) {
        if (monotonicMs() > deadline || delayMs > restartMs.hopeless) throw new Error(`${name} is not healthy:\n${log}`)
        await pause(healthEveryMs)
      }
    },
    async stop() {
      stopping = true
      if (child === undefined || exited === undefined || child.exitCode !== null || child.signalCode !== null) return
      child.kill(spec.stopSignal)
      const killed = setTimeout(killNow, spec.stopMs)
      const code = await exited
      clearTimeout(killed)
      return code === 0 ? undefined : `${name} ended with ${code ?? child.signalCode}:\n${log.slice(-2000)}`
    },
    killNow,
  }
}
