import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@micro/testing'
import { names, type Name } from '../../e2e/distributed.fixture.ts'
import type { Observation } from '../client.ts'
import type { Start } from '../replica.ts'
import type { Load } from '../load.ts'
import type { Scenario } from '../stage.ts'
import type { World } from '../world.ts'

// Debian's libfaketime; for several threads, which Node has.
const library = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path))

const minutes = 5

/** A clock that can be set while the process runs; durations go on as they are. */
const createFakeClock = async () => {
  const directory = await temporaryDirectory()
  const file = join(directory.path, 'offset')
  const set = (seconds: number): Promise<void> => writeFile(file, `${seconds < 0 ? '' : '+'}${seconds}s\n`)
  await set(0)
  const start: Start = {
    env: {
      LD_PRELOAD: library ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  }
  return { start, set, remove: directory.remove }
}

const restart = async (world: World, name: Name, start: Start = {}): Promise<void> => {
  await world.services[name].end('SIGTERM')
  await world.services[name].run(start)
}

const since = (load: Load) => {
  const before = load.tenants.map(({ observations }) => observations.length)
  return (): Observation[] => load.tenants.flatMap(({ observations }, at) => observations.slice(before[at]))
}

/** R13: the clocks of all services are set forward and back together, as a machine's is. */
const stepTogether: Scenario = {
  id: 'R13',
  name: `the clock of every service set ${minutes} minutes forward and back`,
  recoveryMsMax: 20_000,
  async play({ world, load }) {
    const clock = await createFakeClock()
    for (const name of names) await restart(world, name, clock.start)
    await load.successes(10)
    for (const offset of [minutes * 60, 0, -minutes * 60, 0]) {
      await clock.set(offset)
      await load.successes(20)
    }
    for (const name of names) await restart(world, name)
    await clock.remove()
  },
}

/**
 * R13: one service's clock differs by more than a token lives: the others refuse its tokens and believe none of them.
 * Clients are told to come back later, never that their key is wrong, and the log names the clocks.
 */
const disagree: Scenario = {
  id: 'R13',
  name: `the gateway's clock ${minutes} minutes before and behind the others`,
  quick: true,
  recoveryMsMax: 20_000,
  async play({ world, load }) {
    const clock = await createFakeClock()
    await restart(world, 'gateway', clock.start)
    await load.successes(10)
    for (const offset of [minutes * 60, -minutes * 60]) {
      await clock.set(offset)
      const seen = since(load)
      await load.attempts(20)
      const wrong = seen().find(({ status }) => status === 401 || status === 403)
      if (wrong !== undefined) throw new Error(`${wrong.step} was answered ${wrong.status}: ${wrong.text}`)
      if (!seen().some(({ status }) => status === 503)) throw new Error('tokens of another time were believed')
      await clock.set(0)
      await load.successes(10)
    }
    const log = world.services.gateway.log()
    if (!/does not accept .*token.*clock/.test(log)) throw new Error('the log does not name the clocks')
    await restart(world, 'gateway')
    await clock.remove()
  },
}

/** R13: a few seconds, as clocks kept by NTP may differ at worst, are borne. */
const drift: Scenario = {
  id: 'R13',
  name: 'the clock of payments 3 s before and behind the others',
  recoveryMsMax: 20_000,
  async play({ world, load }) {
    const clock = await createFakeClock()
    await restart(world, 'payments', clock.start)
    await load.successes(10)
    for (const offset of [3, -3]) {
      await clock.set(offset)
      const seen = since(load)
      await load.successes(40)
      const refused = seen().find(({ status }) => status >= 500)
      if (refused !== undefined) throw new Error(`${refused.step} was answered ${refused.status}: ${refused.text}`)
    }
    await restart(world, 'payments')
    await clock.remove()
  },
}

const found = library === undefined ? 'libfaketime is not installed (Debian: apt-get install faketime)' : undefined

export const clockScenarios: readonly Scenario[] = [stepTogether, disagree, drift].map((scenario) => ({
  ...scenario,
  ...(found === undefined ? {} : { leftOut: found }),
}))
