import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { monotonicMs } from '@micro/kernel'
import type { Name } from '../../e2e/distributed.fixture.ts'
import { violations } from '../invariants.ts'
import { startLoad } from '../load.ts'
import type { Replica } from '../replica.ts'
import type { Scenario, Stage } from '../stage.ts'
import type { World } from '../world.ts'

/** That a fault was really felt: a scenario that spoils nothing proves nothing. */
const expectComplaint = (replica: Replica, words: string): void => {
  if (!replica.log().includes(words)) throw new Error(`${replica.name} never met: ${words}`)
}

/** R14: not a byte is free where payments' PostgreSQL writes. */
const fillDisk: Scenario = {
  id: 'R14',
  name: "the disk of payments' PostgreSQL full, then freed",
  quick: true,
  recoveryMsMax: 30_000,
  async play({ world, load }) {
    const { disk } = world
    if (disk === undefined) return void process.stdout.write('Left out R14: this user may mount no small disk.\n')
    disk.fill()
    try {
      await load.attempts(60)
    } finally {
      disk.free()
    }
    await load.successes(10)
    expectComplaint(world.services.payments, 'No space left on device')
  },
}

/** R14: a log that cannot be written is lost, and nothing else. */
const fillLog: Scenario = {
  id: 'R14',
  name: 'the disk full that payments logs to',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    const { payments } = world.services
    await payments.end('SIGTERM')
    await payments.run({ logTo: '/dev/full' })
    await load.successes(30)
    const { code } = await payments.end('SIGTERM')
    if (code !== 0) throw new Error(`payments ended with ${code}`)
    await payments.run()
  },
}

/** The listening socket, and one or two connections. */
const socketsLeft = 3

/** How often all connections are cut before a service that wants no further one is believed. */
const cutsMax = 12

const isSocket = (path: string): boolean => {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    return true
  }
}

/** The limit under which a process keeps what it has open beside sockets, and of those `socketsLeft`. */
const tightLimit = ({ pid }: Replica): number => {
  const folder = `/proc/${pid}/fd`
  const kept = new Set(readdirSync(folder).filter((fd) => !isSocket(`${folder}/${fd}`)))
  let limit = 0
  for (let free = 0; free < socketsLeft; limit++) if (!kept.has(String(limit))) free++
  return limit
}

const limitFiles = ({ pid }: Replica, count: number): void =>
  void execFileSync('prlimit', ['--pid', String(pid), `--nofile=${count}:`])

const starve = async ({ world, load }: Stage, services: readonly Name[]): Promise<void> => {
  for (const name of services) {
    const replica = world.services[name]
    limitFiles(replica, tightLimit(replica))
    // The others may be spared by never needing one more, or refuse connections without a word. Payments says it, at
    // the latest when two requests want what only one can have.
    const isFelt = (): boolean => name !== 'payments' || replica.log().includes('EMFILE')
    for (let cuts = 0; cuts === 0 || (cuts < cutsMax && !isFelt()); cuts++) {
      for (const link of Object.values(world.links)) link.cut()
      await load.attempts(8)
    }
    limitFiles(replica, 4_096)
    await load.successes(6)
    if (!replica.isRunning) throw new Error(`${name} ended`)
  }
  expectComplaint(world.services.payments, 'EMFILE')
}

/** R15: a process may open no further file or connection, and the connections it has break. */
const exhaustFiles: readonly Scenario[] = [
  {
    id: 'R15',
    name: 'payments out of file descriptors',
    quick: true,
    recoveryMsMax: 15_000,
    play: (stage) => starve(stage, ['payments']),
  },
  {
    id: 'R15',
    name: 'gateway, payments, ledger and events out of file descriptors',
    recoveryMsMax: 15_000,
    play: (stage) => starve(stage, ['gateway', 'payments', 'ledger', 'events']),
  },
]

/** More clients than the world otherwise has, all at once; ends with every promise checked for them. */
const crowd = async (world: World, seed: number, { clients, requests }: { clients: number; requests: number }) => {
  const load = await startLoad({ url: world.url, seed, merchants: 2, clientsEach: clients / 2 })
  const startedMs = monotonicMs()
  await load.successes(requests)
  const perSecond = (requests / (monotonicMs() - startedMs)) * 1_000
  return {
    perSecond,
    async end(): Promise<void> {
      await load.stop()
      await Promise.all(load.tenants.map(({ listener }) => listener.stop()))
    },
    async check(): Promise<void> {
      const problems = await violations(world, load)
      if (problems.length > 0) throw new Error(`${problems.length} problems:\n${problems.slice(0, 10).join('\n')}`)
    },
  }
}

const restart = async ({ world }: Stage, env: Record<string, string>): Promise<void> => {
  for (const name of ['payments', 'ledger'] as const) {
    await world.services[name].end('SIGTERM')
    await world.services[name].run({ env })
  }
}

/** R16: with two connections for everybody, whoever gets none in time is told so, and nobody waits for two at once. */
const exhaustPool: Scenario = {
  id: 'R16',
  name: 'two database connections for 200 clients',
  recoveryMsMax: 15_000,
  async play(stage) {
    await restart(stage, { DB_POOL_SIZE: '2' })
    const many = await crowd(stage.world, stage.random.between(1, 1e6), { clients: 200, requests: 400 })
    await many.end()
    await many.check()
    await restart(stage, {})
  },
}

/** Of what a comfortable number of clients gets done; the machine itself is shared, so this says "does not collapse". */
const goodputShareMin = 0.5
const healthMsMax = 5_000

const overload: Scenario = {
  id: 'R21',
  name: 'ten times the clients that keep it busy',
  recoveryMsMax: 30_000,
  async play({ world, random }) {
    const few = await crowd(world, random.between(1, 1e6), { clients: 10, requests: 200 })
    await few.end()
    const asked: number[] = []
    let isOver = false
    const health = (async () => {
      while (!isOver) {
        const startedMs = monotonicMs()
        const { status } = await fetch(`${world.url}/health`)
        if (status !== 200) throw new Error(`/health answered ${status}`)
        asked.push(monotonicMs() - startedMs)
      }
    })()
    const many = await crowd(world, random.between(1, 1e6), { clients: 100, requests: 600 })
    isOver = true
    await health
    await many.end()
    await few.check()
    await many.check()
    const told = `${Math.round(few.perSecond)}/s with 10 clients, ${Math.round(many.perSecond)}/s with 100`
    process.stdout.write(`${told}; /health within ${Math.round(Math.max(...asked))} ms\n`)
    if (many.perSecond < few.perSecond * goodputShareMin) throw new Error(`goodput collapsed: ${told}`)
    if (Math.max(...asked) > healthMsMax) throw new Error(`/health took ${Math.round(Math.max(...asked))} ms`)
  },
}

export const resourceScenarios: readonly Scenario[] = [fillDisk, fillLog, ...exhaustFiles, exhaustPool, overload]
