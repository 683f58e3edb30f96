// Micro as `make up` runs it, in a process and a data directory of its own, without limits.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from '@micro/testing'
import { layoutOf } from '../../packages/postgres/src/embedded/cluster.ts'
import { bySocket } from '../../packages/postgres/src/embedded/socket.ts'

const program = fileURLToPath(new URL('../../apps/embedded/src/main.ts', import.meta.url))
const unlimited = { MICRO_RATE_LIMIT: '0', MICRO_IP_RATE_LIMIT: '0', MICRO_LOGIN_RATE_LIMIT: '0' }
const startMsMax = 120_000

export interface Platform {
  readonly url: string
  readonly pid: number
  readonly postgresPid: number
  /** A URL of its PostgreSQL for the superuser, or for the superuser in another role's place. */
  databaseUrl(database: string, role?: string): string
  stop(): Promise<void>
}

/** Starts it on an empty data directory, which `stop` removes. It ends by itself when this process is gone. */
export const startPlatform = async (): Promise<Platform> => {
  const directory = await mkdtemp(join(tmpdir(), 'micro-bench-'))
  await chmod(directory, 0o711)
  const child = fork(program, ['--port', '0', '--data-dir', directory], {
    // A group of its own: Ctrl-C reaches the benchmark alone, which then stops what it started in order.
    detached: true,
    env: { ...process.env, ...unlimited },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const early = ended.then(([code]) => {
      throw new Error(`Micro ended with ${String(code)}`)
    })
    const started = eventually(() => readFile(join(directory, 'instance.json'), 'utf8'), { timeoutMs: startMsMax })
    const instance = JSON.parse(await Promise.race([started, early])) as { pid: number; gateway_url: string }
    early.catch(() => {})

    const { cluster, password: passwordFile } = layoutOf(join(directory, 'postgres'))
    const password = await readFile(passwordFile, 'utf8')
    const [postgresPid, , , port] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n').map(Number)
    if (postgresPid === undefined || port === undefined) throw new Error('PostgreSQL did not say where it listens')
    return {
      url: instance.gateway_url,
      pid: instance.pid,
      postgresPid,
      databaseUrl(database, role) {
        const url = new URL(`postgres://postgres:${password}@127.0.0.1:${port}/${database}`)
        if (role !== undefined) url.searchParams.set('options', `-c role=${role}`)
        return bySocket(url.href, { cluster, port })
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
