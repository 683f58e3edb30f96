import { names, type Name } from '../../e2e/distributed.fixture.ts'
import { previousVersion } from '../previous.ts'
import type { Scenario, Stage } from '../stage.ts'

/** The previous version of each of these services serves beside the present one. */
const mix = async ({ world, load }: Stage, services: readonly Name[]): Promise<void> => {
  const version = await previousVersion()
  if (version === undefined) process.stdout.write('No history here: the present version plays the previous one too.\n')
  for (const name of services) {
    const old = await world.replica(name)
    // It was there before the migrations of the present version, and does not run its own again.
    await old.run({ env: { MIGRATE_DSN: '' }, ...(version === undefined ? {} : { main: version.main(name) }) })
    world.lead(name, [old, world.services[name]])
    await load.successes(20)
    world.lead(name, [world.services[name]])
    const { code, stderr } = await old.end('SIGTERM')
    if (code !== 0 || stderr !== '') throw new Error(`${name} of ${version?.name} ended with ${code}: ${stderr}`)
  }
  await version?.remove()
}

/** R23: what a deployment has for some minutes: calls between the versions, in both directions. */
export const versionScenarios: readonly Scenario[] = [
  {
    id: 'R23',
    name: 'the previous version of payments beside the present one',
    quick: true,
    recoveryMsMax: 15_000,
    play: (stage) => mix(stage, ['payments']),
  },
  {
    id: 'R23',
    name: 'the previous version of each service beside the present one',
    recoveryMsMax: 15_000,
    play: (stage) => mix(stage, names),
  },
]
