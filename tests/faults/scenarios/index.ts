import type { Scenario } from '../stage.ts'
import { clockScenarios } from './clocks.ts'
import { killScenarios } from './kills.ts'
import { linkScenarios } from './links.ts'
import { postgresScenarios } from './postgres.ts'
import { processScenarios } from './processes.ts'
import { redisScenarios } from './redis.ts'
import { resourceScenarios } from './resources.ts'
import { versionScenarios } from './versions.ts'

const all: readonly (readonly Scenario[])[] = [
  processScenarios,
  killScenarios,
  redisScenarios,
  postgresScenarios,
  linkScenarios,
  clockScenarios,
  resourceScenarios,
  versionScenarios,
]

/** One after another under one load, looked at once: a request that died holds its key for 15 s, each time. */
const together = (scenarios: readonly Scenario[]): Scenario[] => {
  const playable = scenarios.filter(({ leftOut }) => leftOut === undefined)
  if (playable.length === 0) return []
  const merged: Scenario = {
    id: [...new Set(playable.map(({ id }) => id))].join(', '),
    name: playable.map(({ name }) => name).join('; '),
    recoveryMsMax: Math.max(...playable.map(({ recoveryMsMax }) => recoveryMsMax)),
    async play(stage) {
      for (const { play } of playable) {
        await play(stage)
        await stage.world.heal()
        await stage.load.successes(4)
      }
    },
  }
  return [merged]
}

/** What this run plays, in order: all, each by itself; or the quick ones, those of one kind together. */
export const scenariosFor = ({ isLong }: { isLong: boolean }): readonly Scenario[] =>
  isLong ? all.flat() : all.flatMap((kind) => together(kind.filter(({ quick }) => quick === true)))

/** What this machine cannot play, and why. */
export const leftOut: readonly string[] = all
  .flat()
  .flatMap((one) => (one.leftOut === undefined ? [] : [`${one.id}, ${one.name}: ${one.leftOut}`]))
