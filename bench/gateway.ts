// What the gateway costs before a service sees a request. Usage: make bench-gateway ARGS='--seconds 2 --rounds 3'
import { parseArgs } from 'node:util'
import { newApiKey, newTokenKey, publicTokenKey } from '@micro/signing'
import { redisAvailable, startRedis } from '@micro/testing'
import autocannon from 'autocannon'
import { connectRedis } from '../packages/bus/src/redis-link.ts'
import { startProgram, type Program } from './gateway/program.ts'
import { path } from './gateway/stand-in.ts'

const { values } = parseArgs({
  options: {
    /** Of each slice; a row has as many slices as there are rounds. */
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '1,64,256' },
    keys: { type: 'string', default: '1000' },
    /** How many requests of each merchant are remembered; every key is a merchant of its own. */
    'request-log': { type: 'string', default: '1000' },
  },
})
const rounds = Number(values.rounds)
const keys = Array.from({ length: Number(values.keys) }, () => newApiKey('test'))

/** Something that is measured: where requests go, and the CPU time (µs) of all that works for them. */
interface Target {
  readonly name: string
  readonly port: number
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

interface Slice {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: number
}

const target = (
  name: string,
  door: Program,
  behind: readonly { cpuUs(): Promise<number>; stop(): Promise<void> }[] = [],
): Target => ({
  name,
  port: door.port,
  cpuUs: async () =>
    (await Promise.all([door, ...behind].map((each) => each.cpuUs()))).reduce((sum, us) => sum + us, 0),
  async stop() {
    await door.stop()
    for (const each of behind) await each.stop()
  },
})

const redis = async () => {
  const server = await startRedis()
  const link = connectRedis({ url: server.url, name: 'bench', onError: console.error, onReady: () => {} })
  return {
    url: server.url,
    async cpuUs() {
      const info: unknown = await link.ready()?.sendCommand(['INFO', 'cpu'])
      const seconds = (field: string) =>
        Number(new RegExp(`${field}:([\\d.]+)`).exec(typeof info === 'string' ? info : '')?.[1])
      return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1_000_000
    },
    async stop() {
      link.close()
      await server.stop()
    },
  }
}

/** The gateway with its request log as it ships, and without one: what remembering costs is the difference. */
const logged = [
  ['', Number(values['request-log'])],
  [', no log', 0],
] as const

const startTargets = async (): Promise<Target[]> => {
  const started = [target('bare node:http', await startProgram('bare'))]
  for (const [name, requestLog] of logged)
    started.push(target(`embedded${name}`, await startProgram('embedded', { requestLog })))
  if (!redisAvailable()) return started
  for (const [name, requestLog] of logged) {
    const privateKey = newTokenKey('gateway')
    const [limits, service] = [await redis(), await startProgram('service', { publicKey: publicTokenKey(privateKey) })]
    const url = `http://127.0.0.1:${service.port}`
    const door = await startProgram('distributed', { url, redisUrl: limits.url, privateKey, requestLog })
    started.push(target(`distributed${name}`, door, [service, limits]))
  }
  return started
}

/** A closed loop: each connection sends its next request, with the next key, when its last is answered. */
const measure = async ({ name, port, cpuUs }: Target, connections: number, seconds: number): Promise<Slice> => {
  const before = await cpuUs()
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections,
    duration: seconds,
    requests: keys.map((key) => ({ headers: { authorization: `Bearer ${key}` } })),
  })
  const used = (await cpuUs()) - before
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${name}: ${result.non2xx} answers were no success, ${result.errors} requests failed`)
  return {
    perSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuUs: used / result.requests.total,
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const row = (cells: readonly string[]): void =>
  console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(13))).join(''))

const report = (connections: number, slices: ReadonlyMap<Target, readonly Slice[]>): void => {
  console.log(`\n${connections} connection${connections === 1 ? '' : 's'}`)
  row(['', 'per second', 'of bare', 'p50 ms', 'p99 ms', 'CPU µs', 'times bare'])
  const [bare = []] = slices.values()
  for (const [{ name }, own] of slices) {
    const of = (field: keyof Slice) => median(own.map((slice) => slice[field]))
    // Slices of one round stand side by side in time: their ratio holds however busy the machine was.
    const ratio = (field: keyof Slice) =>
      median(own.map((slice, at) => slice[field] / (bare[at]?.[field] ?? Number.NaN)))
    row([
      name,
      of('perSecond').toFixed(0),
      ratio('perSecond').toFixed(2),
      of('p50Ms').toFixed(1),
      of('p99Ms').toFixed(1),
      of('cpuUs').toFixed(0),
      ratio('cpuUs').toFixed(2),
    ])
  }
}

const bench = async (): Promise<void> => {
  const targets = await startTargets()
  try {
    for (const each of targets) await measure(each, 16, 1)
    for (const connections of values.connections.split(',').map(Number)) {
      const slices = new Map(targets.map((each) => [each, [] as Slice[]]))
      for (let round = 0; round < rounds; round++)
        for (const each of targets) slices.get(each)?.push(await measure(each, connections, Number(values.seconds)))
      report(connections, slices)
    }
  } finally {
    for (const each of targets) await each.stop()
  }
}

try {
  await bench()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
