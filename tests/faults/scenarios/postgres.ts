import { asSuperuser } from '../facts.ts'
import { lasting, type Scenario } from '../stage.ts'
import { stateful, type World } from '../world.ts'

/** R05: each server dies with all its processes, and comes back by crash recovery. */
const killEach: Scenario = {
  id: 'R05',
  name: 'kill -9 of each PostgreSQL, all its processes, one after another',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    for (const name of stateful) {
      await world.postgres[name].kill()
      await load.attempts(12)
      await world.postgres[name].start()
      await load.successes(6)
    }
  },
}

const stopAll: Scenario = {
  id: 'R05',
  name: 'an immediate stop of every PostgreSQL at once',
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    await Promise.all(Object.values(world.postgres).map((server) => server.stopNow()))
    await load.attempts(20)
    await Promise.all(Object.values(world.postgres).map((server) => server.start()))
    await load.successes(20)
  },
}

/** R05: what a failover or an administrator does to sessions. */
const evictSessions: Scenario = {
  id: 'R05',
  name: 'every session of every database evicted, again and again',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    for (let round = 0; round < 3; round++) {
      for (const name of stateful)
        await asSuperuser(
          world.databaseUrl(name),
          "select pg_terminate_backend(pid) from pg_stat_activity where usename like '%_app'",
        )
      await load.attempts(15)
    }
  },
}

/** R05: the server has committed, and nobody hears of it. Asking again with the same key tells. */
const loseCommits: Scenario = {
  id: 'R05',
  name: 'connections cut between COMMIT and its reply',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    for (const name of ['payments', 'ledger', 'events'] as const)
      world.links[`${name}>postgres`].add({
        kind: 'cut_reply',
        bytes: 0,
        toxicity: 0.25,
        reply: (bytes) => bytes.includes('COMMIT\0'),
      })
    await load.attempts(120)
  },
}

const loseReplies: Scenario = {
  id: 'R05',
  name: 'connections cut somewhere within the replies of PostgreSQL',
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    for (const name of stateful)
      world.links[`${name}>postgres`].add({ kind: 'cut_reply', bytes: random.between(0, 60), toxicity: 0.03 })
    await load.attempts(200)
  },
}

const freezeEach: Scenario = {
  id: 'R05',
  name: 'each PostgreSQL stops for a second or two, and goes on',
  recoveryMsMax: 15_000,
  async play({ world, load, random }) {
    for (const name of stateful) {
      world.postgres[name].freeze()
      await lasting(random.between(1_000, 2_000))
      world.postgres[name].thaw()
      await load.successes(10)
    }
  },
}

/** R05: the host of a database vanished without closing anything, and another answers at its address. */
const vanish: Scenario = {
  id: 'R05',
  name: "a database's host vanishes without a word, and another takes its place",
  recoveryMsMax: 60_000,
  async play({ world, load }) {
    const gone = (['payments', 'ledger', 'events'] as const).map((name) => world.links[`${name}>postgres`])
    for (const link of gone) link.add({ kind: 'half_open' })
    await load.attempts(8)
  },
}

const victims = {
  payments: ['payment_intents', 'charges', 'outbox'],
  ledger: ['transactions'],
  events: ['events'],
} as const

/** A function that fails so often where it is called, 0 to 1; replacing it takes no lock of any table. */
const collideFunction = (share: number): string =>
  `create or replace function public.collide() returns trigger language plpgsql as $$
   begin
     if random() < ${share} then
       raise exception 'injected' using errcode = case when random() < 0.5 then '40001' else '40P01' end;
     end if;
     return null;
   end $$`

const injectFailures = async (world: World, share: number): Promise<void> => {
  for (const service of ['payments', 'ledger', 'events'] as const) {
    const url = world.databaseUrl(service)
    await asSuperuser(url, collideFunction(share))
    for (const table of victims[service])
      await asSuperuser(
        url,
        `create or replace trigger collide before insert or update on ${service}.${table}
         for each statement execute function public.collide()`,
      )
  }
}

const endFailures = async (world: World): Promise<void> => {
  for (const service of ['payments', 'ledger', 'events'] as const)
    await asSuperuser(world.databaseUrl(service), collideFunction(0))
}

/** R17: what PostgreSQL does to transactions that got in each other's way. */
const collide: Scenario = {
  id: 'R17',
  name: 'a third of the statements that write fail with a deadlock or a serialization failure',
  quick: true,
  recoveryMsMax: 15_000,
  async play({ world, load }) {
    await injectFailures(world, 0.33)
    try {
      await load.attempts(120)
    } finally {
      await endFailures(world)
    }
  },
}

export const postgresScenarios: readonly Scenario[] = [
  killEach,
  stopAll,
  evictSessions,
  loseCommits,
  loseReplies,
  freezeEach,
  vanish,
  collide,
]
