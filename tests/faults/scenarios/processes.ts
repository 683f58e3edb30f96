import { eventually } from '@micro/testing'
import { names, type Name } from '../../e2e/distributed.fixture.ts'
import { outboxReader } from '../facts.ts'
import type { Replica } from '../replica.ts'
import { lasting, type Scenario, type Stage } from '../stage.ts'

/** R01: one service after another is killed and started again, while the others go on. */
const killEach: Scenario = {
  id: 'R01',
  name: 'kill -9 of each service, one after another',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    for (const name of names) {
      await world.services[name].end('SIGKILL')
      await load.attempts(12)
      await world.services[name].run()
      await load.attempts(12)
    }
  },
}

const killAll: Scenario = {
  id: 'R01',
  name: 'kill -9 of all services at once, again and again',
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    for (let round = 0; round < 4; round++) {
      await Promise.all(Object.values(world.services).map((replica) => replica.end('SIGKILL')))
      await load.attempts(random.between(4, 12))
      await Promise.all(Object.values(world.services).map((replica) => replica.run()))
      await load.successes(random.between(1, 30))
    }
  },
}

/** R02: a process that stops for a while, as in a long pause of its memory or its host, and goes on as if nothing had been. */
const freezeEach: Scenario = {
  id: 'R02',
  name: 'each service stops for a second or two, and goes on',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    for (const name of names) {
      const replica = world.services[name]
      replica.freeze()
      await lasting(random.between(1_000, 2_000))
      replica.thaw()
      await load.successes(6)
    }
  },
}

/**
 * R02: whoever reads the outbox stops for longer than its lease, another takes over, and the first wakes up believing
 * that the outbox is still its own. Nothing may come twice, or out of order.
 */
const fenceReader: Scenario = {
  id: 'R02',
  name: "the outbox's reader sleeps past its lease, and wakes up after another took over",
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    const sleeper = world.services.events
    const before = await outboxReader(world)
    // In the middle of its work: events are on their way to it.
    await load.successes(6)
    sleeper.freeze()
    const heir = await world.replica('events')
    await heir.run()
    await eventually(
      async () => {
        const now = await outboxReader(world)
        if (now?.holder === before?.holder) throw new Error('nobody took over')
      },
      { timeoutMs: 30_000, everyMs: 50 },
    )
    const taken = await outboxReader(world)
    await load.attempts(8)
    sleeper.thaw()
    await load.successes(20)
    const after = await outboxReader(world)
    if (after?.holder !== taken?.holder || after?.epoch !== taken?.epoch)
      throw new Error(`the outbox changed hands from ${taken?.epoch} to ${after?.epoch} though its reader lives`)
    await heir.end('SIGTERM')
  },
}

/** Each process of two is replaced while the other serves, as a deployment does; every process ends in order. */
const replace = async ({ world, load }: Stage, services: readonly Name[]): Promise<void> => {
  for (const name of services) {
    const first = world.services[name]
    const second = await world.replica(name)
    await second.run()
    world.lead(name, [first, second])
    for (const replica of [first, second]) {
      await load.successes(4)
      const { code, signal, stderr } = await replica.end('SIGTERM')
      if (code !== 0 || signal !== null || stderr !== '')
        throw new Error(`${name} ended with ${code ?? signal}: ${stderr}`)
      await load.successes(4)
      await replica.run()
    }
    world.lead(name, [first])
    await second.end('SIGTERM')
  }
}

const replaceSome: Scenario = {
  id: 'R22',
  name: 'two processes of payments behind a load balancer, replaced one by one',
  quick: true,
  recoveryMsMax: 15_000,
  play: (stage) => replace(stage, ['payments']),
}

const replaceEach: Scenario = {
  id: 'R22',
  name: 'two processes of each service behind a load balancer, replaced one by one',
  recoveryMsMax: 15_000,
  play: (stage) => replace(stage, names),
}

/** R01: two gateways, two payments and two ledgers on the same databases, of which one dies at a time. */
const loseOneOfTwo: Scenario = {
  id: 'R01',
  name: 'kill -9 of one of two processes of gateway, payments and ledger',
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    const pairs = new Map<Name, readonly Replica[]>()
    for (const name of ['gateway', 'payments', 'ledger'] as const) {
      const second = await world.replica(name)
      await second.run()
      pairs.set(name, [world.services[name], second])
      world.lead(name, [world.services[name], second])
    }
    await load.successes(30)
    for (let round = 0; round < 6; round++) {
      const victim = random.pick(random.pick([...pairs.values()]))
      await victim.end('SIGKILL')
      await load.successes(10)
      await victim.run()
      await load.successes(10)
    }
    for (const [name, [first, second]] of pairs) {
      if (first !== undefined) world.lead(name, [first])
      await second?.end('SIGTERM')
    }
  },
}

export const processScenarios: readonly Scenario[] = [
  killEach,
  killAll,
  loseOneOfTwo,
  freezeEach,
  fenceReader,
  replaceSome,
  replaceEach,
]
