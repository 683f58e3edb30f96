import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { eventually } from './eventually.ts'
import { freePort, temporaryDirectory } from './places.ts'
import { available } from './programs.ts'

const program = 'redis-server'

/**
 * Whether a real Redis can be started: `describe.skipIf(!redisAvailable())`. Says so where it is missing; under
 * `CI=true`, where nothing may be left out, it throws instead.
 */
export const redisAvailable = (): boolean => available('what needs Redis', [program])

export interface TestRedis extends AsyncDisposable {
  /** `redis://[:password@]127.0.0.1:port` */
  url: string
  /** Ends it and removes its directory. */
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Starts it again on the same port, killing it first where it still runs. It remembers nothing. */
  restart(): Promise<void>
  /** Stops answering without closing anything, until `thaw`. */
  freeze(): void
  thaw(): void
}

const configuration = (port: number, directory: string, password: string | undefined): string =>
  [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(directory)}`,
    'save ""',
    'appendonly no',
    'daemonize no',
    ...(password === undefined ? [] : [`requirepass ${JSON.stringify(password)}`]),
  ].join('\n')

/** A Redis that answers, be it only that it wants a password. */
const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('data', (data) => end(/^(\+PONG|-NOAUTH)/.test(data.toString())))
  })

const launch = async (port: number, directory: string, password: string | undefined): Promise<ChildProcess> => {
  // The configuration comes by standard input: arguments, and the password in them, could be read by everyone.
  const child = spawn(program, ['-'], { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  child.stdin.end(configuration(port, directory, password))
  await once(child, 'spawn')
  await eventually(async () => child.exitCode !== null || (await answers(port)))
  if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${output}`)
  return child
}

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGCONT')
  child.kill(signal)
  await ended
}

/** A Redis of its own on a free port of 127.0.0.1, without persistence. */
export const startRedis = async ({ password }: { password?: string } = {}): Promise<TestRedis> => {
  const directory = await temporaryDirectory()
  const port = await freePort()
  let child = await launch(port, directory.path, password)
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)
  const stop = async (): Promise<void> => {
    process.off('exit', killNow)
    await end(child, 'SIGTERM')
    await directory.remove()
  }
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    stop,
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGKILL')
      child = await launch(port, directory.path, password)
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    [Symbol.asyncDispose]: stop,
  }
}
