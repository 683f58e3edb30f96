import { names } from '../../e2e/distributed.fixture.ts'
import type { Scenario, Stage } from '../stage.ts'
import { stateful } from '../world.ts'

interface Victim {
  readonly kill: () => Promise<unknown>
  readonly start: () => Promise<unknown>
}

/** Every part that can die: five services, a PostgreSQL for four of them with all its processes, Redis. */
const victimsOf = ({ services, postgres, redis }: Stage['world']): readonly Victim[] => [
  ...names.map((name) => ({ kill: () => services[name].end('SIGKILL'), start: () => services[name].run() })),
  ...stateful.map((name) => ({ kill: () => postgres[name].kill(), start: () => postgres[name].start() })),
  { kill: () => redis.kill(), start: () => redis.restart() },
]

/** Of any part at any moment: the next dies while what the one before it left behind is still being made good. */
const killAny = ({ kills, quick }: { kills: number; quick: boolean }): Scenario => ({
  id: 'R01',
  name: `kill -9 of whatever the seed picks, ${kills} times`,
  quick,
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    const victims = victimsOf(world)
    for (let nth = 0; nth < kills; nth++) {
      const { kill, start } = random.pick(victims)
      await kill()
      await load.attempts(random.between(2, 12))
      await start()
      await load.successes(random.between(1, 12))
    }
  },
})

export const killScenarios: readonly Scenario[] = [
  killAny({ kills: 5, quick: true }),
  killAny({ kills: 30, quick: false }),
]
