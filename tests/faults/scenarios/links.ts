import type { Seeded, Toxic } from '@micro/testing'
import type { Scenario, Stage } from '../stage.ts'
import { calls, stateful, type LinkName } from '../world.ts'

const stream = (random: Seeded) => random.pick(['upstream', 'downstream'] as const)

/** What can be wrong with a link, each time a little otherwise. */
const toxicKinds: readonly ((random: Seeded) => Toxic)[] = [
  (random) => ({ kind: 'latency', ms: random.between(50, 300), jitterMs: 50, stream: stream(random) }),
  (random) => ({ kind: 'bandwidth', bytesPerSecond: random.between(2_000, 20_000), stream: stream(random) }),
  (random) => ({ kind: 'slow_close', ms: random.between(100, 500) }),
  (random) => ({ kind: 'timeout', ms: random.between(50, 500), toxicity: 0.5 }),
  (random) => ({ kind: 'reset_peer', ms: random.between(0, 200), toxicity: 0.5 }),
  (random) => ({ kind: 'slicer', bytes: random.between(20, 200), pauseMs: 2, stream: stream(random) }),
  (random) => ({ kind: 'limit_data', bytes: random.between(100, 3_000), stream: stream(random) }),
  (random) => ({ kind: 'cut_reply', bytes: random.between(0, 200), toxicity: 0.3 }),
]

const spoil = async ({ world, load }: Stage, link: LinkName, toxic: Toxic): Promise<void> => {
  const remove = world.links[link].add(toxic)
  await load.attempts(10)
  remove()
}

/** R20: between each two processes that call each other something is wrong. */
const eachCall: Scenario = {
  id: 'R20',
  name: 'each link between two services slow, reset, cut or in pieces',
  quick: true,
  recoveryMsMax: 20_000,
  async play(stage) {
    for (const link of calls) await spoil(stage, link, stage.random.pick(toxicKinds)(stage.random))
  },
}

const everything: Scenario = {
  id: 'R20',
  name: 'each link between services and to PostgreSQL with each toxic',
  recoveryMsMax: 20_000,
  async play(stage) {
    const databases = stateful.map((name) => `${name}>postgres` as const)
    for (const link of [...calls, ...databases])
      for (const toxic of toxicKinds) await spoil(stage, link, toxic(stage.random))
  },
}

/**
 * R20: connections kept open are reset, also as a request is on its way: nothing is sent twice by those who cannot know
 * whether it arrived.
 */
const cutKept: Scenario = {
  id: 'R20',
  name: 'kept connections reset under requests, again and again',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    for (let times = 0; times < 12; times++) {
      world.links[random.pick(calls)].cut()
      await load.attempts(4)
    }
  },
}

const refuseEach: Scenario = {
  id: 'R20',
  name: 'each link between two services refused',
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    for (const link of calls) {
      await world.links[link].down()
      await load.attempts(8)
      await world.links[link].up()
      await load.successes(4)
    }
  },
}

/** R20: the host beyond a link vanishes: connections stay open and nothing comes back. */
const vanishEach: Scenario = {
  id: 'R20',
  name: 'each link between two services half open',
  recoveryMsMax: 45_000,
  async play({ world, load }) {
    for (const link of calls) {
      const remove = world.links[link].add({ kind: 'half_open' })
      await load.attempts(4)
      remove()
      await load.successes(4)
    }
  },
}

export const linkScenarios: readonly Scenario[] = [eachCall, everything, cutKept, refuseEach, vanishEach]
