import { redisAvailable } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSoak } from './config.ts'
import { leftOut, scenariosFor } from './scenarios/index.ts'
import { perform, tamper } from './stage.ts'
import { startWorld, type World } from './world.ts'

const soak = readSoak()
const scenarios = scenariosFor(soak)
for (const what of leftOut) process.stdout.write(`Left out ${what}\n`)

describe.skipIf(!redisAvailable())(`under faults, seed ${soak.seed}`, () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld(soak.seed)
  }, 180_000)
  afterAll(() => world?.stop(), 180_000)

  for (let round = 0; round < soak.rounds; round++)
    for (const [at, scenario] of scenarios.entries()) {
      if (scenario.leftOut !== undefined) continue
      const again = round === 0 ? '' : ` (round ${round + 1})`
      test(`every promise holds after ${scenario.id}: ${scenario.name}${again}`, async () => {
        const { recoveryMs } = await perform(world, scenario, soak.seed + round * 1_000 + at)
        process.stdout.write(`${scenario.id} ${scenario.name}: recovered in ${recoveryMs} ms\n`)
      }, 420_000)
    }

  // Last: what it does to the books stays.
  test('a payment too many, a balance that moved, an event that vanished and two that changed places would all be seen', async () => {
    const problems = (await tamper(world, soak.seed)).join('\n')
    expect(problems).toMatch(/I2: .* exists 2 times/)
    expect(problems).toMatch(/I3: acc_sales has .*, its entries/)
    expect(problems).toMatch(/account acc_sales of .* is not the fold of its entries/)
    expect(problems).toMatch(/I4: events: .* is there 0 times, not 1/)
    expect(problems).toMatch(/I4: webhook .*x never came/)
    expect(problems).toMatch(/I5: evt_\w+ of .* has seq \d+, the one before it \d+/)
  }, 180_000)
})
