import { eventually } from '@micro/testing'
import { mainOf, type Name } from '../e2e/distributed.fixture.ts'
import { start, type Ended, type Running } from '../e2e/harness.ts'

const readyMsMax = 180_000

/** One process of a service, at one port for good. */
export interface Replica {
  readonly name: Name
  readonly port: number
  readonly pid: number
  readonly isRunning: boolean
  /** Starts it and waits until it can work; `env` is added to the service's own for this start. */
  run(options?: Start): Promise<void>
  /** Starts it without waiting. */
  launch(options?: Start): void
  end(signal: NodeJS.Signals): Promise<Ended>
  /** Stops it, answering nothing and closing nothing, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Everything it printed, over all its starts. */
  log(): string
}

export interface Start {
  readonly env?: Readonly<Record<string, string>>
  /** Another version's entry. */
  readonly main?: string
  /** Where its log goes instead of to us: a path. */
  readonly logTo?: string
}

export const createReplica = (options: { name: Name; port: number; env: Record<string, string> }): Replica => {
  const { name, port, env } = options
  const started: Running[] = []
  const current = (): Running => {
    const last = started.at(-1)
    if (last === undefined) throw new Error(`${name} was never started`)
    return last
  }
  const isRunning = (): boolean => {
    const child = started.at(-1)?.child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  const launch = ({ env: added = {}, main = mainOf(name), logTo }: Start = {}): void => {
    // The shell replaces itself, so that signals reach the service.
    const command: [string, ...string[]] =
      logTo === undefined
        ? [process.execPath, main]
        : ['sh', '-c', 'exec "$0" "$1" >>"$2"', process.execPath, main, logTo]
    const [program, ...args] = command
    const running = start(program, args, { env: { ...env, PORT: String(port), ...added } })
    started.push(running)
  }

  return {
    name,
    port,
    get pid() {
      return current().child.pid ?? 0
    },
    get isRunning() {
      return isRunning()
    },
    launch,
    async run(given) {
      if (isRunning()) return
      launch(given)
      const path = name === 'gateway' ? '/livez' : '/readyz'
      await eventually(
        async () => {
          if (!isRunning()) throw new Error(`${name} ended`)
          const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) })
          await answer.body?.cancel()
          return answer.ok
        },
        { timeoutMs: readyMsMax, everyMs: 50 },
      ).catch((cause: unknown) => {
        throw new Error(`${name} does not get ready: ${current().stdout().slice(-2_000)}${current().stderr()}`, {
          cause,
        })
      })
    },
    end(signal) {
      const { child, ended } = current()
      child.kill('SIGCONT')
      child.kill(signal)
      return ended
    },
    freeze: () => void current().child.kill('SIGSTOP'),
    thaw: () => void current().child.kill('SIGCONT'),
    log: () => started.map((each) => each.stdout() + each.stderr()).join(''),
  }
}
