import { eventually } from '@micro/testing'
import { askRedis } from '../ask-redis.ts'
import type { Scenario, Stage } from '../stage.ts'

const setting = (name: string, value: string) => ({
  async wrong({ world }: Stage) {
    await askRedis(world.redis.url, `CONFIG SET ${name} ${value}`)
  },
  async mended({ world }: Stage) {
    await askRedis(world.redis.url, `CONFIG SET ${name} 0`)
  },
})

const ways: readonly {
  readonly name: string
  readonly wrong: (stage: Stage) => Promise<void>
  readonly mended: (stage: Stage) => Promise<void>
}[] = [
  {
    name: 'killed, and back with nothing in it',
    wrong: ({ world }) => world.redis.kill(),
    mended: ({ world }) => world.redis.restart(),
  },
  {
    name: 'emptied again and again',
    async wrong({ world, load }) {
      for (let times = 0; times < 3; times++) {
        await askRedis(world.redis.url, 'FLUSHALL')
        await load.successes(4)
      }
    },
    mended: async () => {},
  },
  {
    name: 'read-only, as a replica is',
    wrong: async ({ world }) => void (await askRedis(world.redis.url, 'REPLICAOF 127.0.0.1 1')),
    mended: async ({ world }) => void (await askRedis(world.redis.url, 'REPLICAOF NO ONE')),
  },
  { name: 'refusing writes for want of replicas', ...setting('min-replicas-to-write', '1') },
  { name: 'full', ...setting('maxmemory', '1') },
  {
    name: 'frozen',
    wrong: async ({ world }) => world.redis.freeze(),
    mended: async ({ world }) => world.redis.thaw(),
  },
]

/**
 * R03: Redis only rings and remembers windows. Whatever becomes of it, payments, ledger and events go on, all the time:
 * every answer under the fault is a success.
 */
const anyWay: Scenario = {
  id: 'R03',
  name: `Redis ${ways.map(({ name }) => name).join('; ')}`,
  quick: true,
  recoveryMsMax: 15_000,
  async play(stage) {
    const { world, load } = stage
    for (const { name, wrong, mended } of ways) {
      const before = load.tenants.map(({ observations }) => observations.length)
      await wrong(stage)
      await load.successes(20)
      await mended(stage)
      const refused = load.tenants
        .flatMap(({ observations }, at) => observations.slice(before[at]))
        .find(({ status, step }) => (status === 0 || status >= 429) && step !== 'read')
      if (refused !== undefined)
        throw new Error(`with Redis ${name}, ${refused.step} was answered ${refused.status}: ${refused.text}`)
    }
    // Whoever asks for the state of things hears of no lasting damage.
    await eventually(async () => (await fetch(`${world.url}/health`)).ok, { timeoutMs: 15_000 })
  },
}

export const redisScenarios: readonly Scenario[] = [anyWay]
